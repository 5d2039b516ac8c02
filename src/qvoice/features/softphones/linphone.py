"""What Linphone fetches to set itself up (liblinphone's remote provisioning, `lpconfig.xsd`)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://www.linphone.org/xsds/lpconfig.xsd"


def document(*, username: str, realm: str, ha1: str, name: str, host: str, port: int, transport: str) -> str:
    """Return the XML. The password goes as its HA1: enough to register in this realm, of no use elsewhere."""
    proxy = f"<sip:{host}:{port};transport={transport}>"
    display = name.replace("\\", "").replace('"', "")
    sections: dict[str, Mapping[str, str]] = {
        "sip": {"default_proxy": "0", "media_encryption": "srtp" if transport == "tls" else "none"},
        "misc": {"transient_provisioning": "1"},
        "auth_info_0": {
            "username": username,
            "userid": username,
            "ha1": ha1,
            "realm": realm,
            "domain": realm,
            "algorithm": "MD5",
        },
        "proxy_0": {
            "reg_proxy": proxy,
            "reg_route": proxy,
            "reg_identity": f'"{display}" <sip:{username}@{realm}>',
            "reg_expires": "600",
            "reg_sendregister": "1",
            "publish": "0",
        },
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<config xmlns={quoteattr(NAMESPACE)}>"]
    for section, entries in sections.items():
        lines.append(f"  <section name={quoteattr(section)}>")
        lines += [
            f'    <entry name={quoteattr(key)} overwrite="true">{escape(value)}</entry>'
            for key, value in entries.items()
        ]
        lines.append("  </section>")
    return "\n".join([*lines, "</config>", ""])
