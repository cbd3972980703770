"""Drives the running server: charge points that send nonsense beside one that behaves."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.load import Client, connect
from tests.fuzz.corpus import MADE_UP, confirmations, conforming, field_frames, made_up
from tests.fuzz.mutation import mutate, mutate_payload
from tests.fuzz.oracle import must_be_answered

BURST = 25
PATIENCE_S = 60.0
EXAMPLES = 10
METER = (
    '[2,"%d","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2025-03-01T12:00:00Z",'
    '"sampledValue":[{"value":"%d"}]}]}]'
)


@dataclass(slots=True)
class Found:
    """What a campaign saw. Latencies (of the well-behaved charge point) in s, memory in MiB."""

    frames: int = 0
    seconds: float = 0.0
    valid: int = 0
    unanswered: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    closed: list[str] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    witness_lost: int = 0
    memory_mib: list[float] = field(default_factory=list)

    @property
    def growth_mib(self) -> float:
        """Growth of memory from the first tenth of the frames, when caches are warm, to the end."""
        warm = len(self.memory_mib) // 10 + 1
        return self.memory_mib[-1] - max(self.memory_mib[: warm + 1])

    def percentile_ms(self, share: int) -> float:
        """Return the percentile (1 to 99) of the well-behaved charge point's latencies, in ms."""
        return statistics.quantiles(self.latencies_s, n=100)[share - 1] * 1000


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


class Fuzzer:
    """One charge point that sends nonsense; after each burst a Heartbeat whose answer ends the wait."""

    def __init__(self, identity: str, port: int, random: Random, found: Found) -> None:
        self._path, self._port = f"/ocpp/{identity}", port
        self._random, self._found = random, found
        self._client: Client | None = None
        self._waiting: dict[str, str] = {}
        self._number = 0
        self._transaction = 7
        self._sentinel = ""
        self._done = asyncio.Event()

    async def burst(self, corpus: list[str]) -> None:
        """Send some frames and wait until the server has gone through all of them."""
        if self._client is None:
            self._client = await connect(self._port, self._path)
            self._client.on_message = self._on_message
        self._waiting.clear()
        sent = []
        for _ in range(BURST):
            self._number += 1
            frame = mutate(self._with_transaction(corpus), self._number, self._random)
            message_id = must_be_answered(frame)
            if message_id is not None:
                self._waiting[message_id] = frame
                self._found.valid += 1
            sent.append(frame)
            self._client.send(frame.encode())
        self._number += 1
        self._sentinel = f"alive-{self._number}"
        self._done.clear()
        self._client.send(f'[2,"{self._sentinel}","Heartbeat",{{}}]'.encode())
        await self._await_sentinel(sent)

    def _with_transaction(self, corpus: list[str]) -> str:
        """Return a frame, often about the transaction that was started last."""
        frame = self._random.choice(corpus)
        number = str(self._transaction)
        return frame.replace('"transactionId": 7', f'"transactionId": {number}').replace("TX", number)

    async def _await_sentinel(self, sent: list[str]) -> None:
        self._found.frames += len(sent)
        deadline = time.monotonic() + PATIENCE_S
        while not self._done.is_set() and time.monotonic() < deadline:
            assert self._client is not None
            transport = self._client.transport
            if transport is None or transport.is_closing():
                self._found.closed.append("\n".join(sent))
                self._client = None
                return
            try:
                await asyncio.wait_for(self._done.wait(), 1.0)
            except TimeoutError:
                continue
        if not self._done.is_set():
            self._found.unanswered.append(f"no answer to anything after: {sent[-1][:400]}")
        self._found.unanswered += [frame[:2000] for frame in self._waiting.values()]

    def _on_message(self, payload: bytes) -> None:
        answer = json.loads(payload)
        if answer[0] == 2:
            self._answer_command(answer[1])
            return
        if answer[1] == self._sentinel:
            self._done.set()
            return
        if answer[0] == 3:
            self._transaction = answer[2].get("transactionId", self._transaction)
        kind = answer[2] if answer[0] == 4 else "result"
        self._found.answers[kind] += 1
        frame = self._waiting.pop(answer[1], None)
        if kind == "InternalError":
            self._found.faults.append((frame or f"id {answer[1]!r}")[:2000])

    def _answer_command(self, message_id: str) -> None:
        assert self._client is not None
        self._found.commands += 1
        payload = mutate_payload(self._random.choice(confirmations()), self._random)
        answer = json.dumps([3, message_id, payload])
        if self._random.random() < 0.2:
            answer = json.dumps([4, message_id, self._random.choice(("NotSupported", "", 7)), None, payload])
        self._client.send(answer.encode("utf-8", "replace"))

    def close(self) -> None:
        """Drop the connection."""
        if self._client is not None:
            self._client.close()


class Witness:
    """A charge point that behaves, and must not notice the others."""

    def __init__(self, identity: str, port: int, found: Found) -> None:
        self._path, self._port, self._found = f"/ocpp/{identity}", port, found
        self._answered = asyncio.Event()

    async def run(self, until: asyncio.Event) -> None:
        """Send a MeterValues every 50 ms, each after the answer to the one before."""
        client = await connect(self._port, self._path)
        client.on_message = lambda _payload: self._answered.set()
        number = 0
        while not until.is_set():
            number += 1
            self._answered.clear()
            began = time.perf_counter()
            client.send((METER % (number, number)).encode())
            try:
                await asyncio.wait_for(self._answered.wait(), 20)
            except TimeoutError:
                self._found.witness_lost += 1
            self._found.latencies_s.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
        client.close()


async def campaign(*, port: int, pid: int, frames: int, seed: int, fuzzers: list[str], witness: str) -> Found:
    """Send `frames` frames through the charge points `fuzzers`, watching `witness` beside them."""
    found, over = Found(), asyncio.Event()
    corpus = field_frames() * 4 + conforming() * 40 + made_up(MADE_UP, seed)
    watching = asyncio.create_task(Witness(witness, port, found).run(over))
    crowd = [Fuzzer(name, port, Random(f"{seed}-{name}"), found) for name in fuzzers]
    began, step = time.perf_counter(), max(1, frames // 100)
    found.memory_mib.append(resident_mib(pid))

    async def work(fuzzer: Fuzzer) -> None:
        while found.frames < frames and len(found.unanswered) < EXAMPLES and len(found.closed) < EXAMPLES:
            await fuzzer.burst(corpus)
            if found.frames >= step * len(found.memory_mib):
                found.memory_mib.append(resident_mib(pid))

    await asyncio.gather(*(work(fuzzer) for fuzzer in crowd))
    found.seconds = time.perf_counter() - began
    found.memory_mib.append(resident_mib(pid))
    over.set()
    await watching
    for fuzzer in crowd:
        fuzzer.close()
    return found
