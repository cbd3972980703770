"""A proxy that ends TLS in front of evkit and tells who is at the other end, as nginx would."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

OWN = (b"x-forwarded-proto:", b"x-forwarded-for:", b"x-client-cert:")
"""What only the proxy may tell: a client's own lines are dropped."""


@contextmanager
def tls_proxy(context: ssl.SSLContext, upstream_port: int) -> Iterator[int]:
    """Listen with TLS on a free port, which is returned, in front of a plain one."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _relay(reader, writer, upstream_port)
        writer.close()

    listener = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(listener.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(OWN)]
    lines += [b"X-Forwarded-For: 203.0.113.9", b"X-Forwarded-Proto: https"]
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    if der:
        lines.append(b"X-Client-Cert: " + quote(ssl.DER_cert_to_PEM_cert(der)).encode())
    answers, upstream = await asyncio.open_connection("127.0.0.1", port)
    upstream.write(b"\r\n".join(lines) + b"\r\n\r\n")
    await asyncio.gather(_pump(reader, upstream), _pump(answers, writer))


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
