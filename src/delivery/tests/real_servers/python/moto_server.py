"""Moto, which keeps S3's conditions of writing: on a loopback port that the system picks, until its standard input closes."""

import logging
import os
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
os.environ.update(AWS_ACCESS_KEY_ID="S3RVER", AWS_SECRET_ACCESS_KEY="S3RVER")
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
store = boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{port}")
store.create_bucket(Bucket="bucket")
print(f"port {port}", flush=True)
sys.stdin.read()
os._exit(0)
