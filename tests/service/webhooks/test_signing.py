"""Signatures of outgoing messages."""

import base64
from datetime import UTC, datetime

import pytest

from warehouse.webhooks import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_signature_is_that_of_the_published_example():
    """The example of the Standard Webhooks libraries yields the published signature."""
    made = signing.signature(
        SECRET,
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_carry_the_moment_of_the_attempt():
    """The timestamp is in whole seconds, and the signature is about that timestamp."""
    sent_at = datetime(2021, 2, 25, 15, 2, 10, 900_000, tzinfo=UTC)
    headers = signing.signed_headers(SECRET, message_id="msg_1", sent_at=sent_at, body=b"{}")
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == "1614265330"
    expected = signing.signature(SECRET, message_id="msg_1", timestamp=1614265330, body=b"{}")
    assert headers["webhook-signature"] == expected


def test_every_secret_is_new_and_long():
    """Secrets hold 256 random bits."""
    first, second = signing.new_secret(), signing.new_secret()
    assert first != second
    assert len(signing.key_of(first)) == 32


@pytest.mark.parametrize("text", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!"])
def test_text_that_is_no_secret_is_refused(text):
    """Neither a missing prefix nor broken Base64 is taken for a key."""
    with pytest.raises(ValueError, match=r"whsec_|base64|Base64|character"):
        signing.key_of(text)


def test_the_key_is_the_decoded_secret():
    """What follows the prefix is Base64."""
    assert signing.key_of("whsec_" + base64.b64encode(b"abc").decode()) == b"abc"
