"""A real Postfix of our own, on loopback, for tests."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{unknown@provider.example=REJECT}}
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
message_size_limit = 3000000
alias_maps =
alias_database =
"""
TLS = """
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/certificate.pem
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


def answering(port: int) -> bool:
    """Whether a mail server greets there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0 and probe.recv(3) == b"220"


def prepared(certificate: Path | None, more: str = "", **ports: int) -> Path:
    """A folder with the configuration and the queue of a Postfix of our own.

    `more` is added to the configuration, with the folder filled in; without a certificate it
    speaks plain SMTP.
    """
    folder = Path(tempfile.mkdtemp(prefix="gateway-postfix-"))
    folder.chmod(0o755)  # its parts run under another account
    for name in ("queue", "data", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    if certificate is not None:
        shutil.copy(certificate, folder / "certificate.pem")
    main = MAIN + (TLS if certificate is not None else "") + more
    (folder / "etc/main.cf").write_text(main.format(folder=folder, **ports))
    (folder / "etc/master.cf").write_text(MASTER.format(**ports))
    return folder


def control(folder: Path, command: str) -> None:
    """Start or stop it."""
    subprocess.run(["postfix", "-c", folder / "etc", command], check=False, capture_output=True)
