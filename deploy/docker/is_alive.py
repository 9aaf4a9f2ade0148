"""Ends with 0 where the gunicorn of this container answers."""

import os
from http.client import HTTPConnection

connection = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=4)
connection.request("GET", "/healthz", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
raise SystemExit(connection.getresponse().status != 200)
