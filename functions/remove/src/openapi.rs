//! The description of this function's routes.

use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;
use twostep::http::views::MethodsView;

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "remove",
        "Removing one's own methods, and resetting colleagues.",
        [remove_own(), reset_all(), reset_one()],
    )
}

fn remove_own() -> Operation {
    Operation::delete(
        "/methods/{kind}",
        "removeMethod",
        "Remove one of one's own methods",
    )
    .about(
        "Forgets all remembered devices and known addresses, and ends the user's other sessions. \
         The last method can't be removed; it can be replaced with `POST /enroll`.",
    )
    .recent_factor()
    .kind()
    .answer(Answer::json(
        200,
        "The methods after the change.",
        Shape::of::<MethodsView>(),
        [("methods", samples::methods())],
    ))
    .problems(&[Code::MethodNotEnabled, Code::LastMethod, Code::Conflict])
}

fn reset_all() -> Operation {
    reset(Operation::delete(
        "/users/{user_id}/methods",
        "resetUser",
        "Remove all methods of a colleague",
    ))
    .about("A colleague without any method is no error.")
    .answer(Answer::empty(204, "The colleague has no method."))
}

fn reset_one() -> Operation {
    reset(Operation::delete(
        "/users/{user_id}/methods/{kind}",
        "removeUserMethod",
        "Remove one method of a colleague",
    ))
    .kind()
    .answer(Answer::empty(204, "The method is removed."))
    .problems(&[Code::MethodNotEnabled])
}

fn reset(operation: Operation) -> Operation {
    operation
        .about(
            "The colleague's sessions end, and their remembered devices and known addresses are \
             forgotten. Without a method left, their next sign-in makes them enable one. For \
             oneself it is a `conflict`: own methods are changed under `/methods`.",
        )
        .full_access()
        .recent_factor()
        .id(
            "user_id",
            "The colleague, a user of the same practice. Users of other practices don't exist.",
        )
        .problems(&[Code::Conflict])
}
