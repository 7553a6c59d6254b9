"""Makes a bucket, a user and a role at a moto server that does not check signatures yet; prints their keys as JSON.

Run by the interpreter that moto is installed for.
"""

import json
import sys

import boto3

ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
TRUST_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]})


def main(endpoint: str) -> None:
    def client(service: str):
        return boto3.client(
            service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")

    client("s3").create_bucket(Bucket="guarded")
    iam = client("iam")
    iam.create_user(UserName="ana")
    iam.put_user_policy(UserName="ana", PolicyName="all", PolicyDocument=ALLOW_ALL)
    user = iam.create_access_key(UserName="ana")["AccessKey"]
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST_ALL)["Role"]
    iam.put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=ALLOW_ALL)
    session = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="tests")["Credentials"]
    names = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
    print(json.dumps({
        "user": {name: user[key] for name, key in names.items()},
        "session": {name: session[key] for name, key in {**names, "AWS_SESSION_TOKEN": "SessionToken"}.items()},
    }))


if __name__ == "__main__":
    main(sys.argv[1])
