"""Malformed and odd messages after RFC 4475 ("torture test messages") as bytes, in the order of its sections."""
# ruff: noqa: E501

from __future__ import annotations

_SDP = b"v=0\r\no=j 1 1 IN IP4 127.0.0.8\r\ns=-\r\nc=IN IP4 127.0.0.8\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n"


def _message(first: str, *headers: str, body: bytes = _SDP, length: str | None = None) -> bytes:
    lines = [first, *headers]
    if length != "none":
        lines.append(f"Content-Length: {length if length is not None else len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def _invite(realm: str, name: str, **changed: str) -> bytes:
    """An INVITE in which single headers or the first line are replaced; `None` removes."""
    parts = {
        "first": f"INVITE sip:1001@{realm} SIP/2.0",
        "via": f"Via: SIP/2.0/UDP 127.0.0.8:5060;branch=z9hG4bKkd{name}",
        "max": "Max-Forwards: 70",
        "sender": f"From: <sip:torture@{realm}>;tag=98asjd8",
        "to": f"To: <sip:1001@{realm}>",
        "call_id": f"Call-ID: {name}.torture",
        "cseq": "CSeq: 8 INVITE",
        "contact": "Contact: <sip:torture@127.0.0.8>",
        "type": "Content-Type: application/sdp",
    } | {key: value for key, value in changed.items() if key != "length"}
    first = parts.pop("first")
    return _message(first, *(value for value in parts.values() if value), length=changed.get("length"))


def messages(realm: str) -> dict[str, bytes]:
    """Every message by its short name in the RFC, addressed to `realm`."""

    def invite(name: str, **changed: str) -> bytes:
        return _invite(realm, name, **changed)

    return {
        # 3.1.1 valid but unusual
        "wsinv": invite("wsinv", via="v:  SIP  / 2.0  / UDP\r\n     127.0.0.8  ;branch=\r\n z9hG4bKwsinv", max="MAX-forwards: 0068"),
        "intmeth": _message(
            f"!interesting-Method0123456789_*+`.%indeed'~ sip:1001@{realm} SIP/2.0",
            "Via: SIP/2.0/TCP host1.example.test;branch=z9hG4bK-.!%66*_+`'~",
            f'To: "BEL:\x07 NUL:\x7f DEL" <sip:1001@{realm}>',
            "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.test>;fromParam''~+*_!.-%=\"x\";tag=_token~1'+`*%!-.",
            "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
            "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
            "Max-Forwards: 255",
            body=b"",
        ),
        "esc01": invite("esc01", first=f"INVITE sip:sips%3Auser%40example.com@{realm};other-param=summit SIP/2.0"),
        "escnull": invite("escnull", first=f"INVITE sip:null-%00-null@{realm} SIP/2.0"),
        "esc02": invite("esc02", first=f"RE%47IST%45R sip:{realm} SIP/2.0", cseq="CSeq: 29344 RE%47IST%45R"),
        "lwsdisp": invite("lwsdisp", sender=f"From: caller<sip:torture@{realm}>;tag=323"),
        "longreq": invite("longreq", sender="From: " + "I have a very long name " * 60 + f"<sip:torture@{realm}>;tag=1"),
        "dblreq": invite("dblreq") + invite("dblreq2"),
        "semiuri": invite("semiuri", first=f"INVITE sip:user;par=u%40example.net@{realm} SIP/2.0"),
        "transports": invite("transports", via="Via: SIP/2.0/SCTP 127.0.0.8;branch=z9hG4bKb\r\nVia: SIP/2.0/UNKNOWN h;branch=z9hG4bKc"),
        "mpart01": _message(
            f"MESSAGE sip:1001@{realm} SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bKmpart01",
            f"From: <sip:torture@{realm}>;tag=34852",
            f"To: <sip:1001@{realm}>",
            "Call-ID: mpart01.torture",
            "CSeq: 127 MESSAGE",
            "Max-Forwards: 70",
            "MIME-Version: 1.0",
            "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
            body=b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nHello\r\n"
            b"--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\x80\r\n--7a9cbec02ceef655--",
        ),
        "unreason": b"SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe \r\nVia: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bK9\r\n"
        b"Call-ID: unreason\r\nCSeq: 35 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nContent-Length: 0\r\n\r\n",
        "noreason": b"SIP/2.0 100 \r\nVia: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bK9\r\nCall-ID: noreason\r\nCSeq: 35 INVITE\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nContent-Length: 0\r\n\r\n",
        # 3.1.2 invalid
        "badinv01": invite("badinv01", via="Via: SIP/2.0/UDP 127.0.0.8;;,;,,", contact='Contact: "Joe" <sip:joe@example.org>;;;;'),
        "clerr": invite("clerr", length="9999"),
        "ncl": invite("ncl", length="-999"),
        "scalar02": invite("scalar02", cseq="CSeq: 36893488147419103232 REGISTER", max="Max-Forwards: 300"),
        "scalarlg": b"SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bKx;ttl=300\r\n"
        b"CSeq: 9292394834772304023312 OPTIONS\r\nCall-ID: scalarlg\r\nRetry-After: 949302838503028349304023988\r\n"
        b"Warning: 1812 overture \"In Progress\"\r\nFrom: <sip:a@b>;tag=2\r\nTo: <sip:a@b>;tag=1\r\nContent-Length: 0\r\n\r\n",
        "quotbal": invite("quotbal", to=f'To: "Mr. J. User <sip:1001@{realm}>'),
        "ltgtruri": invite("ltgtruri", first=f"INVITE <sip:1001@{realm}> SIP/2.0"),
        "lwsruri": invite("lwsruri", first=f"INVITE sip:1001@{realm}; lr SIP/2.0"),
        "lwsstart": invite("lwsstart", first=f"INVITE  sip:1001@{realm}  SIP/2.0"),
        "trws": invite("trws", first=f"OPTIONS sip:1001@{realm} SIP/2.0  ", cseq="CSeq: 8 OPTIONS"),
        "escruri": invite("escruri", first=f"INVITE sip:1001@{realm}?Route=%3Csip:example.com%3E SIP/2.0"),
        "baddate": invite("baddate", max="Max-Forwards: 70\r\nDate: Fri, 01 Jan 2010 16:00:00 EST"),
        "regbadct": invite("regbadct", first=f"REGISTER sip:{realm} SIP/2.0", cseq="CSeq: 8 REGISTER", contact="Contact: sip:u@h?Route=%3C"),
        "badaspec": invite("badaspec", to=f"To: \"Watson, Thomas\" < sip:1001@{realm} >"),
        "baddn": invite("baddn", sender=f"From: Bell, Alexander <sip:a.g.bell@{realm}>;tag=43"),
        "badvers": invite("badvers", first=f"OPTIONS sip:1001@{realm} SIP/7.0", cseq="CSeq: 8 OPTIONS"),
        "mismatch01": invite("mismatch01", first=f"OPTIONS sip:1001@{realm} SIP/2.0"),
        "mismatch02": invite("mismatch02", first=f"NEWMETHOD sip:1001@{realm} SIP/2.0"),
        "bigcode": b"SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bKbig\r\n"
        b"Call-ID: bigcode\r\nCSeq: 8 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nContent-Length: 0\r\n\r\n",
        # 3.2, 3.3 transaction and application layer
        "badbranch": invite("badbranch", via="Via: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bK"),
        "insuf": _message(f"INVITE sip:1001@{realm} SIP/2.0", "CSeq: 193942 INVITE", "Via: SIP/2.0/UDP 127.0.0.8;branch=z9hG4bKi"),
        "unkscm": invite("unkscm", first="INVITE nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"),
        "novelsc": invite("novelsc", first="INVITE soap.beep://127.0.0.8:3002 SIP/2.0"),
        "unksm2": invite("unksm2", to="To: isbn:2983792873", sender="From: <http://www.example.com>;tag=3"),
        "bext01": invite("bext01", max="Max-Forwards: 70\r\nRequire: nothingSupportsThis, nothingSupportsThisEither"),
        "invut": invite("invut", type="Content-Type: application/unknownformat"),
        "regaut01": invite("regaut01", first=f"REGISTER sip:{realm} SIP/2.0", cseq="CSeq: 8 REGISTER", max="Max-Forwards: 70\r\nAuthorization: NoOneKnowsThisScheme opaque-data=here"),
        "multi01": invite("multi01", max="Max-Forwards: 5\r\nMax-Forwards: 70\r\nCSeq: 59 INVITE\r\nCall-ID: other\r\nTo: sip:x@y"),
        "mcl01": invite("mcl01", max="Max-Forwards: 70\r\nContent-Length: 13"),
        "bcast": b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKother\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKbcast\r\n"
        b"Call-ID: bcast.torture\r\nCSeq: 8 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nContact: <sip:a@127.0.0.8>\r\nContent-Length: 0\r\n\r\n",
        "zeromf": invite("zeromf", max="Max-Forwards: 0"),
        "cparam01": invite("cparam01", first=f"REGISTER sip:{realm} SIP/2.0", cseq="CSeq: 8 REGISTER", contact="Contact: sip:a@b;unknownparam"),
        "cparam02": invite("cparam02", first=f"REGISTER sip:{realm} SIP/2.0", cseq="CSeq: 8 REGISTER", contact="Contact: <sip:a@b;unknownparam>"),
        "regescrt": invite("regescrt", first=f"REGISTER sip:{realm} SIP/2.0", cseq="CSeq: 8 REGISTER", contact="Contact: <sip:user@127.0.0.8?Route=%3Csip:sip.example.com%3E>"),
        "sdp01": invite("sdp01", max="Max-Forwards: 70\r\nAccept: text/nobodyKnowsThis"),
        "inv2543": b"INVITE sip:1001@" + realm.encode() + b" SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.8\r\nFrom: <sip:o@x>\r\nTo: <sip:1001@y>\r\n"
        b"Call-ID: inv2543\r\nCSeq: 56 INVITE\r\nContent-Type: application/sdp\r\n\r\n" + _SDP,
        # not in the RFC: what scanners send
        "nothing": b"\x00" * 64,
        "noise": bytes(range(256)) * 4,
        "header-smuggling": invite("smuggle", max="Max-Forwards: 70\r\nX-QV-Source: carrier\r\nX-QV-Account: " + "0" * 32),
        "sql": invite("sql", sender=f"From: <sip:a'or'1'='1@{realm}>;tag=1"),
        "huge": invite("huge", max="Max-Forwards: 70\r\n" + "\r\n".join(f"X-Filler-{i}: {'y' * 90}" for i in range(400))),
    }  # fmt: skip
