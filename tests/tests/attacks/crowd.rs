//! Many requests at once.

use tokio::task::JoinSet;
use twostep_tests::Answer;

/// Runs all of these at once, each as a task of its own; gives what they give, in the order in
/// which they end.
pub(crate) async fn all_at_once<F>(tasks: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: JoinSet<F::Output> = tasks.into_iter().collect();
    tasks.join_all().await
}

/// How many of these answers are this problem, or a success if there is no code. Each that is a
/// problem must be one as the contract has them.
#[track_caller]
pub(crate) fn count(answers: &[Answer], status: u16, code: Option<&str>) -> usize {
    let mut found = 0;
    for answer in answers.iter().filter(|answer| answer.status == status) {
        match code {
            None => found += 1,
            Some(code) if answer.json()["code"] == code => {
                answer.problem(status, code);
                found += 1;
            }
            Some(_) => {}
        }
    }
    found
}

/// Asserts that every answer is one of these: status, and code of the problem.
#[track_caller]
pub(crate) fn assert_all_of(answers: &[Answer], allowed: &[(u16, Option<&str>)]) {
    let known: usize = allowed
        .iter()
        .map(|(status, code)| count(answers, *status, *code))
        .sum();
    let summary = || {
        let line = |answer: &Answer| format!("{} {}", answer.status, answer.json()["code"]);
        let mut lines: Vec<_> = answers.iter().map(line).collect();
        lines.sort();
        lines.dedup();
        lines
    };
    assert_eq!(known, answers.len(), "{:?}", summary());
}
