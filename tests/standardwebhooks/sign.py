"""Signs a body as Standard Webhooks' own library does: sign.py SECRET ID UNIX_SECONDS < BODY"""

import sys
from datetime import datetime, timezone

from standardwebhooks import Webhook

secret, name, seconds = sys.argv[1:]
at = datetime.fromtimestamp(int(seconds), timezone.utc)
print(Webhook(secret).sign(name, at, sys.stdin.read()))
