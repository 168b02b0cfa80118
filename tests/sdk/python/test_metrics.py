"""The page of metrics, as Prometheus's own library reads it."""

import random
import re
import unittest
import urllib.request

import boto3
import botocore.exceptions
from prometheus_client.parser import text_string_to_metric_families

import case
import server
import server_log
import world

CALLS = 150


class Metrics(case.Case):
    def setUp(self) -> None:
        variables = self.enterContext(server.another("--metrics-listen=127.0.0.1:0"))
        self.enterContext(world.environment(variables))
        super().setUp()
        with open(variables["STEAD_LOG"]) as log:
            told = server_log.until(log, "ready")
        self.url = re.search(r"http://[0-9.:]+/metrics", told).group()

    def page(self) -> dict[tuple, float]:
        """Every series and its value; what the page says of itself holds."""
        with urllib.request.urlopen(self.url) as answer:
            text = answer.read().decode()
        series = {}
        for family in text_string_to_metric_families(text):
            self.assertIn(family.type, ["counter", "gauge", "histogram"])
            self.assertTrue(family.documentation, family.name)
            for sample in family.samples:
                key = (sample.name, *sorted(sample.labels.items()))
                self.assertNotIn(key, series)
                series[key] = sample.value
        return series

    def test_a_denial_is_counted(self) -> None:
        before = self.page()
        _, keys = self.user(world.deny("sts:*"))
        arn = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        with self.assertRaises(botocore.exceptions.ClientError):
            world.assume(keys, arn)
        after = self.page()
        for name, labels in [
            ("stead_requests_total", {"service": "sts", "operation": "AssumeRole", "outcome": "denied"}),
            ("stead_request_errors_total", {"code": "AccessDenied"}),
            ("stead_decisions_total", {"decision": "deny"}),
        ]:
            key = (name, *sorted(labels.items()))
            self.assertEqual(after[key] - before.get(key, 0), 1, key)
        requests = sum(value for key, value in after.items() if key[0] == "stead_requests_total")
        timed = sum(value for key, value in after.items() if key[0] == "stead_request_duration_seconds_count")
        self.assertEqual(requests, timed)

    def test_random_calls_make_no_label_of_their_own(self) -> None:
        draw = random.Random(5)
        names = {"iam": boto3.client("iam").meta.service_model, "sts": boto3.client("sts").meta.service_model}
        operations = {service: list(model.operation_names) for service, model in names.items()}
        known = {("iam", name) for name in operations["iam"]} | {("sts", name) for name in operations["sts"]}
        for number in range(CALLS):
            service = draw.choice(["iam", "sts"])
            name = draw.choice([draw.choice(operations[service]), f"Random{number}", "X" * draw.randrange(1, 3000)])
            # Names of users and keys that nobody has used before, and none that is signed.
            form = f"Action={name}&Version=2010-05-08&UserName=user{number}&AccessKeyId=AKIA{number:016}"
            request = urllib.request.Request(server_url(), form.encode())
            request.add_header("authorization", f"AWS4-HMAC-SHA256 Credential=AKIA{number:016}/x/y/{service}/aws4_request")
            try:
                urllib.request.urlopen(request).close()
            except urllib.error.HTTPError as refusal:
                refusal.close()
        series = self.page()
        self.assertLess(len(series), 4 * len(known) + 300)
        for name, *labels in series:
            labels = dict(labels)
            if "operation" in labels and "service" in labels:
                pair = (labels["service"], labels["operation"])
                self.assertTrue(pair in known or pair == ("unknown", "unknown"), pair)
            for value in labels.values():
                self.assertRegex(value, r"\A[A-Za-z0-9.+_-]{1,64}\Z")
        self.assertGreater(
            series[("stead_requests_total", ("operation", "unknown"), ("outcome", "refused"), ("service", "unknown"))], 20
        )


def server_url() -> str:
    return boto3.client("sts").meta.endpoint_url


if __name__ == "__main__":
    unittest.main()
