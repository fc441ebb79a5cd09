"""Reports that a mail could not be delivered, as mail servers write them (RFC 3464)."""


def report(to: str, status: str, *, action: str = "failed", envelope: str | None = None) -> bytes:
    """A report sent to `to`; the mail it is about and its recipient are made up."""
    named = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    return f"""\
From: MAILER-DAEMON@relay.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="border"

--border
Content-Type: text/plain

The mail could not be delivered.

--border
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
{named}
Final-Recipient: rfc822; somebody@agency.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 words that nobody keeps

--border
Content-Type: text/rfc822-headers

Subject: a subject that nobody keeps

--border--
""".encode()
