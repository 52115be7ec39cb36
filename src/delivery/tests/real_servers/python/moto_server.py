"""Moto, which keeps S3's conditions of writing: on a loopback port that the system picks, until its standard input closes.

Moto looks at no signature. So each request is held before botocore, Amazon's own implementation of Signature Version 4: what the address says is
signed must have the signature that botocore makes of it with the secret, and must not have run out.
"""

import datetime
import hmac
import logging
import os
import sys
import threading
import urllib.parse

import boto3
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEY, SECRET, REGION = "S3RVER", "S3RVER", "us-east-1"
REFUSED = b"<Error><Code>SignatureDoesNotMatch</Code><Message>botocore signs it otherwise</Message></Error>"


def is_signed(environ):
    """Has the request the signature that botocore makes of it?"""
    query = environ.get("QUERY_STRING", "")
    said = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    date = said.get("X-Amz-Date", "")
    scope = f"{date[:8]}/{REGION}/s3/aws4_request"
    if said.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" or said.get("X-Amz-Credential") != f"{KEY}/{scope}":
        return False
    try:
        begun = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        until = begun + datetime.timedelta(seconds=int(said.get("X-Amz-Expires", "")))
    except ValueError:
        return False
    if datetime.datetime.now(datetime.timezone.utc) > until:
        return False
    signed = said.get("X-Amz-SignedHeaders", "").split(";")
    variable = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    headers = {name: environ.get(variable.get(name, "HTTP_" + name.upper().replace("-", "_")), "") for name in signed}
    if "host" not in headers:
        return False
    bare = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    path = environ["RAW_URI"].split("?")[0]
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=f"http://{headers['host']}{path}?{bare}", headers=headers)
    request.context["timestamp"] = date
    auth = S3SigV4QueryAuth(Credentials(KEY, SECRET), "s3", REGION)
    proof = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return hmac.compare_digest(proof, said.get("X-Amz-Signature", ""))


class Proven:
    """Lets through what is signed, once it is told to look."""

    def __init__(self, app):
        self.app, self.looks = app, False

    def __call__(self, environ, start_response):
        if not self.looks or is_signed(environ):
            return self.app(environ, start_response)
        # Read to its end, so that whoever sends comes to read the answer.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("403 Forbidden", [("content-type", "application/xml"), ("content-length", str(len(REFUSED)))])
        return [REFUSED]


logging.getLogger("werkzeug").setLevel(logging.ERROR)
os.environ.update(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET)
app = Proven(DomainDispatcherApplication(create_backend_app))
server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
store = boto3.client("s3", region_name=REGION, endpoint_url=f"http://127.0.0.1:{server.server_port}")
store.create_bucket(Bucket="bucket")
app.looks = True
print(f"port {server.server_port}", flush=True)
sys.stdin.read()
os._exit(0)
