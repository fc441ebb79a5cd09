"""The ways out: mail with the pack, text messages with the password.

A telephone call needs no adapter: a person reads the password out.
"""

from gateway.channels.mail import MailSettings, SmtpMailer
from gateway.channels.sms import KannelTexter, SmsSettings, WebhookSettings, WebhookTexter

__all__ = [
    "KannelTexter",
    "MailSettings",
    "SmsSettings",
    "SmtpMailer",
    "WebhookSettings",
    "WebhookTexter",
]
