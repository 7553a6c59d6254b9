"""Records what botocore takes of environment and files: `python record_aws.py > aws.json`, in DVC's environment."""

import json
import os
import sys
import tempfile

import botocore.exceptions
import botocore.session

KEYS = "aws_access_key_id = {0}ID\naws_secret_access_key = {0}KEY\n"
CASES = [
    # environment, credentials, config, profile of the remote
    ({}, "", "", None),
    ({"AWS_ACCESS_KEY_ID": "EID", "AWS_SECRET_ACCESS_KEY": "EKEY"}, "[default]\n" + KEYS.format("C"), "", None),
    ({"AWS_ACCESS_KEY_ID": "EID", "AWS_SECRET_ACCESS_KEY": "EKEY", "AWS_SESSION_TOKEN": "T"}, "", "", None),
    ({"AWS_ACCESS_KEY_ID": "EID", "AWS_SECRET_ACCESS_KEY": "EKEY", "AWS_SECURITY_TOKEN": "S"}, "", "", None),
    ({"AWS_ACCESS_KEY_ID": "EID", "AWS_SECRET_ACCESS_KEY": "EKEY", "AWS_PROFILE": "p"}, "[p]\n" + KEYS.format("C"), "", None),
    ({"AWS_ACCESS_KEY_ID": "EID", "AWS_SECRET_ACCESS_KEY": "EKEY"}, "[p]\n" + KEYS.format("C"), "", "p"),
    ({"AWS_ACCESS_KEY_ID": "EID"}, "[default]\n" + KEYS.format("C"), "", None),
    ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "EKEY"}, "[default]\n" + KEYS.format("C"), "", None),
    ({}, "[default]\n" + KEYS.format("C"), "[default]\n" + KEYS.format("F"), None),
    ({}, "[default]\nregion = r1\n", "[default]\n" + KEYS.format("F") + "region = r2\n", None),
    ({}, "", "[default]\nregion = r2\n" + KEYS.format("F"), None),
    ({"AWS_DEFAULT_REGION": "r3"}, "", "[default]\nregion = r2\n" + KEYS.format("F"), None),
    ({"AWS_PROFILE": "p"}, "[p]\n" + KEYS.format("C"), "[p]\nregion = wrong\n[profile p]\nregion = right\n", None),
    ({"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "q"}, "[p]\n" + KEYS.format("P") + "[q]\n" + KEYS.format("Q"), "", None),
    ({"AWS_PROFILE": "nobody"}, "[p]\n" + KEYS.format("C"), "", None),
    ({}, "[p]\n" + KEYS.format("C"), "", "nobody"),
    ({"AWS_PROFILE": "a b"}, "", '[profile "a b"]\n' + KEYS.format("F"), None),
    ({"AWS_PROFILE": "p"}, "", "[profile 'p']\n" + KEYS.format("F"), None),
    ({"AWS_PROFILE": "default"}, "", "[profile default]\n" + KEYS.format("F"), None),
    ({}, "[default]\naws_access_key_id = CID\n", "", None),
    ({}, "# c\n; c\n[default]\r\nAWS_Access_Key_ID: CID\r\naws_secret_access_key : C=K:E#Y ; x\n", "", None),
    ({}, "[default]\n" + KEYS.format("C") + "aws_session_token = T\n", "", None),
    ({}, "", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = s\n[profile s]\n" + KEYS.format("F"), None),
    ({}, "[default]\n" + KEYS.format("C"), "[default]\nrole_arn = arn\ncredential_source = Environment\n", None),
    ({}, "", "[default]\nrole_arn = arn\nweb_identity_token_file = /t\n", None),
    ({"AWS_ROLE_ARN": "arn", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, "[default]\n" + KEYS.format("C"), "", None),
    ({}, "", "[default]\nsso_start_url = https://x\nsso_region = r\nsso_account_id = 1\nsso_role_name = r\n", None),
    ({}, "", "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_start_url = https://x\nsso_region = r\n", None),
    ({}, "", "[default]\ncredential_process = /bin/echo '{\"Version\":1,\"AccessKeyId\":\"X\",\"SecretAccessKey\":\"Y\"}'\n", None),
    ({}, "[default]\n" + KEYS.format("C"), "[default]\ncredential_process = /bin/false\n", None),
    ({"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}, "", "", None),
    ({"AWS_ENDPOINT_URL": "http://all"}, "", "[default]\nendpoint_url = http://file\n", None),
    ({"AWS_ENDPOINT_URL": ""}, "", "[default]\nendpoint_url = http://file\n", None),
    ({}, "", "[default]\nservices = v\nendpoint_url = http://file\n[services v]\ns3 =\n  endpoint_url = http://inner\nec2 =\n  endpoint_url = http://no\n", None),
    ({}, "", "[default]\nservices = v\nendpoint_url = http://file\n[services v]\nec2 =\n  endpoint_url = http://no\n", None),
    ({"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", "", None),
    ({"AWS_ENDPOINT_URL": "http://all"}, "", "[default]\nignore_configured_endpoint_urls = true\n", None),
    ({}, "", "[default]\ns3 =\n    addressing_style = path\nregion = r\n" + KEYS.format("F"), None),
    ({}, "no section = 1\n", "", None),
    ({}, "[default]\nregion = 1\nregion = 2\n", "", None),
    ({}, "[default]\n[default]\n", "", None),
    ({}, "", "[default\n", None),
    ({}, "", "[default]\nnonsense\n", None),
]


def record(environment, credentials, config, profile):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("credentials", credentials), ("config", config)):
            with open(f"{folder}/{name}", "w", newline="") as file:
                file.write(text)
        os.environ.update(environment, AWS_EC2_METADATA_DISABLED="true")
        os.environ.update(AWS_SHARED_CREDENTIALS_FILE=f"{folder}/credentials", AWS_CONFIG_FILE=f"{folder}/config")
        session = botocore.session.Session(profile=profile)
        result = {}
        try:
            result["region"] = session.get_config_variable("region")
            key = session.get_credentials()
            if key is not None:
                result["method"] = key.method
            if key is not None and key.method in ("env", "shared-credentials-file", "config-file"):
                result["key"] = [key.access_key, key.secret_key, key.token]
            client = session.create_client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
            address = client.meta.endpoint_url
            result["endpoint"] = None if address.endswith("amazonaws.com") else address
        except botocore.exceptions.BotoCoreError as error:
            result["error"] = type(error).__name__
    return {"environment": environment, "credentials": credentials, "config": config, "profile": profile, "botocore": result}


json.dump([record(*case) for case in CASES], sys.stdout, indent=1)
