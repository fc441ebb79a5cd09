"""The ways out: mail with the pack, text messages with the password, and the log to others.

A telephone call needs no adapter: a person reads the password out.
"""

from gateway.channels.clamd import ClamdScanner
from gateway.channels.mail import MailSettings, SmtpMailer
from gateway.channels.openid import OpenIdProvider, OpenIdSettings
from gateway.channels.sms import KannelTexter, SmsSettings, WebhookSettings, WebhookTexter
from gateway.channels.syslog import SyslogCollector, SyslogSettings
from gateway.channels.timestamps import HttpStamper, StamperSettings
from gateway.channels.witness import HttpWitness, WitnessSettings

__all__ = [
    "ClamdScanner",
    "HttpStamper",
    "HttpWitness",
    "KannelTexter",
    "MailSettings",
    "OpenIdProvider",
    "OpenIdSettings",
    "SmsSettings",
    "SmtpMailer",
    "StamperSettings",
    "SyslogCollector",
    "SyslogSettings",
    "WebhookSettings",
    "WebhookTexter",
    "WitnessSettings",
]
