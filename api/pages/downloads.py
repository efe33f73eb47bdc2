"""Files that strangers sent, handed to readers without letting them act: pictures are shown, everything else is saved."""

from fastapi import Request
from starlette.responses import FileResponse, Response

from api.problems import Problem
from services.crm import Attachment
from services.files import FileStore, FileUnknown, is_safe_inline

# Should a browser show one nevertheless, nothing in it may run, load or navigate.
ISOLATED = "default-src 'none'; sandbox"


def hand_out(request: Request, files: FileStore, attachment: Attachment) -> Response:
    """An attachment; `?save=1` asks for saving also where it could be shown."""
    try:
        path = files.path(attachment.sha256)
    except FileUnknown as error:
        raise Problem(404, f"the file {attachment.name!r} is kept no longer") from error
    shown = is_safe_inline(attachment.media_type) and "save" not in request.query_params
    return FileResponse(
        path,
        media_type=attachment.media_type,
        filename=attachment.name,
        content_disposition_type="inline" if shown else "attachment",
        headers={"Content-Security-Policy": ISOLATED, "Cache-Control": "private, max-age=3600"},
    )
