"""The key that callbacks are verified with."""

# Source: lib-wallet-php-client, Util/Router and Callback/SignChecker. No callback about users
# exists, so nothing is ever signed here, and nobody has the private half.

from __future__ import annotations

from werkzeug.wrappers import Response

from .calls import Call

PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6sz008OEJkNhI60l2VB3
3EwdtR2pxCQDRQLnmYgQfQ0vTfbEnfAxeLdzC77uQe9O868jbIFZa21adFqLW0h1
l9wjXauMUExk/RsYUQZpxvb3qWIY30Bh+6aY4JJLfVpWWNkC/SgWBg5A5Mww/6qk
ICVbmy9DXJjI/pGzGRI6DsMTMkvQKaks2WHsdmPdroNoP0LQgTapWflx6/K67nBX
/idyLbll+qP0683IT4JwDOxP9Macg9U6mmB2fDR+tLZa3bXH46pDdiWHqgZL/FC+
VJL9TOrgDCRdULDsJM1Z3SOhK3S6IadAlST/VQod+LAO8EyDttBTO3sGRk9csCKT
xwIDAQAB
-----END PUBLIC KEY-----
"""


def show_key(_: Call) -> Response:
    """GET /publickey, which needs no signature."""
    return Response(PUBLIC_KEY, content_type="text/plain")
