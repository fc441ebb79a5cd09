"""The rules no bundle may lack, so that losing or emptying a file cannot open the gate.

Removing a rule therefore takes two changes: in the policies, and here.
"""

from typing import Final

REQUIRED_DENIALS: Final = frozenset(
    {
        # authority
        "no-legal-authority",
        "protocol-is-not-authority",
        "purpose-not-in-protocol",
        "authority-not-in-protocol",
        # statement
        "statement-missing",
        "statement-without-reasons",
        "statement-not-by-contact",
        "ground-not-allowed",
        "instrument-not-named",
        "consultation-not-stated",
        # protocol
        "protocol-missing",
        "protocol-not-in-force",
        "protocol-review-overdue",
        "recipient-agency-not-signed",
        "sender-agency-not-signed",
        "sender-not-lead-agency",
        "category-not-in-protocol",
        # conditions on Māori data
        "condition-on-receivers",
        "condition-not-stated",
        # meeting
        "recipient-not-attending",
        "child-not-in-meeting",
        "subject-not-named",
        "facts-do-not-match",
        # recipient
        "recipient-not-active",
        "contact-not-active",
        "address-not-approved",
        "conflict-of-interest",
        # classification
        "classification-below-protocol",
        "classification-below-floor",
        "classification-above-recipient",
        "classification-above-mail",
        "classification-above-gateway",
        "national-security-classification",
        "marking-not-highest",
        "marking-above-mail",
        "nationality-endorsement",
        "endorsement-not-carried",
        # content
        "not-inspected",
        "not-scanned",
        "unsafe-content",
        "marking-above-label",
        "endorsement-not-on-label",
        "conflict-mentioned",
        # channel
        "no-password-channel",
        "password-address-not-registered",
        "same-mailbox-not-permitted",
        "address-changed",
        "pick-up-not-possible",
        "pick-up-by-one-mailbox",
        # section 66C and section 66
        "section-66c-recipient",
        "section-66c-sender",
        "section-66c-no-child",
        "section-66c-age",
        "obtained-under-section-66",
        # requests and answers
        "request-unknown",
        "request-not-to-holder",
        "request-to-own-agency",
        "requester-not-at-meeting",
        "request-incomplete",
        "request-item-too-broad",
        "request-without-due-date",
        "request-not-approved",
        "request-age-not-known",
        "request-of-adult",
        "request-about-another",
        "request-with-other-documents",
        "request-over",
        "request-field-faulty",
        "request-worded-as-duty",
        "answer-not-to-requester",
        "answer-category-not-asked",
        "answer-without-subject",
        # section 66
        "section-66-only-by-request",
        "section-66-requester",
        "section-66-recipient",
        # family violence
        "section-20-recipient",
        "section-20-sender",
    }
)

REQUIRED_WARNINGS: Final = frozenset(
    {
        "protocol-review-due",
        "handling-not-acknowledged",
        "same-mailbox-used",
        "marking-missing",
        "hidden-content",
        "text-under-black-box",
        "other-child-mentioned",
        "family-of-recipient-mentioned",
        "text-not-read",
        "conditions-to-keep",
        "request-before-meeting",
        "request-due-soon",
        "request-due-on-day-off",
        "request-holder-cannot-answer",
    }
)
