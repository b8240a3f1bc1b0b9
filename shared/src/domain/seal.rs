//! Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a data key, with whose secret it is as
//! associated data, so that a sealed secret copied to another user or method does not open.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use super::encoding::length_prefixed;
use super::method::MethodKind;

/// Bytes of a nonce. It must be random for each sealing; 96 bits of randomness are good for
/// 2^32 sealings under one key.
pub const NONCE_BYTES: usize = 12;

/// What the associated data of a method's secret starts with.
const LABEL: &str = "twostep secret v1";

/// Sealing or opening failed. Deliberately says no more: wrong key, changed bytes and other
/// associated data look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed secret does not open")]
pub struct SealError;

/// Encrypts `plaintext` and binds it to `aad`: the nonce, the ciphertext and the 16-byte tag,
/// one after the other. `nonce` must be random and never be used twice with the same key.
///
/// # Errors
/// [`SealError`] for a plaintext above 64 GiB, the limit of the mode.
pub fn seal(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    let payload = Payload {
        msg: plaintext,
        aad,
    };
    let ciphertext = Aes256Gcm::new(key.into())
        .encrypt(&nonce.into(), payload)
        .map_err(|_| SealError)?;
    Ok([nonce.as_slice(), &ciphertext].concat())
}

/// Decrypts what [`seal`] made with the same key and associated data. The result is wiped from
/// memory when dropped.
///
/// # Errors
/// [`SealError`] if anything differs from what was sealed.
pub fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
    let payload = Payload {
        msg: ciphertext,
        aad,
    };
    Aes256Gcm::new(key.into())
        .decrypt(nonce.into(), payload)
        .map(Zeroizing::new)
        .map_err(|_| SealError)
}

/// The associated data of one user's secret for one method.
#[must_use]
pub fn secret_aad(user_id: &str, method: MethodKind) -> Vec<u8> {
    length_prefixed(LABEL, &[user_id.as_bytes(), method.as_str().as_bytes()])
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        HEXLOWER
            .decode(text.as_bytes())
            .unwrap()
            .try_into()
            .unwrap()
    }

    /// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), the
    /// specification submitted to NIST.
    #[test]
    fn gcm_specification_test_case_16() {
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce = hex("cafebabefacedbaddecaf888");
        let aad: [u8; 20] = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plaintext: [u8; 60] = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let sealed = seal(&key, nonce, &aad, &plaintext).unwrap();
        assert_eq!(
            HEXLOWER.encode(&sealed),
            "cafebabefacedbaddecaf888\
             522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b"
        );
        assert_eq!(*open(&key, &aad, &sealed).unwrap(), plaintext);
    }

    #[test]
    fn associated_data_names_user_and_method() {
        let one = secret_aad("usr_1", MethodKind::Authenticator);
        assert_ne!(one, secret_aad("usr_2", MethodKind::Authenticator));
        assert_ne!(one, secret_aad("usr_1", MethodKind::Email));
    }

    #[test]
    fn too_short_to_be_sealed() {
        for length in 0..NONCE_BYTES + 16 {
            assert_eq!(open(&[1; 32], b"", &vec![0; length]).err(), Some(SealError));
        }
    }

    proptest! {
        #[test]
        fn opens_only_unchanged(
            key in any::<[u8; 32]>(),
            nonce in any::<[u8; NONCE_BYTES]>(),
            aad in proptest::collection::vec(any::<u8>(), 0..40),
            plaintext in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let sealed = seal(&key, nonce, &aad, &plaintext).unwrap();
            prop_assert_eq!(&*open(&key, &aad, &sealed).unwrap(), &plaintext);

            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1 << bit;
            prop_assert!(open(&key, &aad, &changed).is_err());

            prop_assert!(open(&key, &aad, &sealed[..sealed.len() - 1]).is_err());

            let mut other_aad = aad.clone();
            other_aad.push(0);
            prop_assert!(open(&key, &other_aad, &sealed).is_err());

            let mut other_key = key;
            other_key[at.index(32)] ^= 1 << bit;
            prop_assert!(open(&other_key, &aad, &sealed).is_err());
        }
    }
}
