"""What stands beside the channel: latents and health."""

from __future__ import annotations

import struct
import urllib.error
import urllib.request

import numpy as np

from tests.channel.talking import SOON
from tests.serving import Server
from vae.serving.decoding import DecoderService


def get(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    asked = urllib.request.Request(f"http://{server.host}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=SOON) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_latents_come_as_means_and_labels(server: Server, service: DecoderService) -> None:
    latents = service.checkpoint("beta").latents
    status, headers, body = get(server, "/latents/beta")
    n = struct.unpack_from("<I", body)[0]
    assert status == 200
    assert headers["content-type"] == "application/octet-stream"
    assert n == len(latents.labels)
    assert len(body) == 4 + 9 * n
    np.testing.assert_array_equal(np.frombuffer(body, "<f4", 2 * n, 4).reshape(n, 2), latents.means)
    np.testing.assert_array_equal(np.frombuffer(body, "u1", n, 4 + 8 * n), latents.labels)

    again, _, nothing = get(server, "/latents/beta", **{"If-None-Match": headers["etag"]})
    assert (again, nothing) == (304, b"")
    assert get(server, "/latents/vae", **{"If-None-Match": headers["etag"]})[0] == 200


def test_latents_of_an_unknown_checkpoint_are_not_found(server: Server) -> None:
    status, _, body = get(server, "/latents/nope")
    assert status == 404
    assert b"vae, beta" in body
