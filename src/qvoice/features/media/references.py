"""How documents name media: an id of this account's media, `system_media/<prompt>`, an absolute URL, true or false."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

MediaChoice = bool | Annotated[str, Field(max_length=2048)]
"""true = the system's sound, false = silence, text = a media id, `system_media/…` or a URL."""
