"""`lachan simulate`: what a person who wants to know whether anything is ever lost types, and gets."""

import json
import subprocess
import unittest

from harness import BINARY

GOOD, USAGE = 0, 2


def simulate(*words):
    return subprocess.run([BINARY, "simulate", *words], capture_output=True, text=True, timeout=300)


class ASimulation(unittest.TestCase):
    def told(self, *words):
        ended = simulate(*words, "--json")
        self.assertEqual(ended.returncode, GOOD, ended.stderr)
        return json.loads(ended.stdout)

    def test_tells_a_digest_for_each_seed_which_is_the_same_the_next_time(self):
        first = self.told("--seeds", "3..4", "--days", "1")
        again = self.told("--seeds", "3..4", "--days", "1")
        self.assertEqual([world["seed"] for world in first["worlds"]], [3, 4])
        self.assertEqual(first, again)
        self.assertNotEqual(first["worlds"][0]["digest"], first["worlds"][1]["digest"])

    def test_finds_nothing_wrong_with_all_faults(self):
        told = self.told("--seeds", "1..3", "--days", "2", "--faults", "all")
        self.assertTrue(told["good"])
        self.assertEqual(set(told["broken"].values()), {0})
        self.assertGreater(told["crashes"], 0)
        self.assertEqual(told["findings"], [])
        self.assertGreater(told["struck"]["faults"]["wrong"], 0)
        self.assertEqual(len(told["struck"]["deaths"]), 6)

    def test_leaves_out_what_it_is_told_to(self):
        told = self.told("--seeds", "1..2", "--days", "2", "--faults", "agencies,late")
        self.assertEqual(told["faults"], "slow,wrong,gone,lying,duplicating,late")
        self.assertEqual(told["crashes"], 2, "only the one with which every world is laid to rest")

    def test_takes_in_as_many_reports_as_it_is_told_to(self):
        told = self.told("--seeds", "1", "--days", "2", "--cases-per-day", "50", "--faults", "none")
        self.assertGreater(told["cases"], 60)
        self.assertLess(told["cases"], 140)

    def test_says_in_plain_text_what_each_world_came_to(self):
        ended = simulate("--seeds", "7", "--days", "1")
        self.assertEqual(ended.returncode, GOOD, ended.stderr)
        self.assertRegex(ended.stdout, r"\Aseed 7  [0-9a-f]{16}  \d+ cases, \d+ events")
        lines = ended.stdout.splitlines()
        self.assertIn("0 lost 0 doubled 0 silent 0 late", lines[-1])
        self.assertRegex(lines[-2], r"\Astruck: \d+ slow .* regime; died at: \d+ unit_waits ")

    def test_refuses_what_it_does_not_understand(self):
        for words in (("--seeds", "9..3"), ("--seeds", "one"), ("--days", "0"), ("--faults", "earthquakes")):
            with self.subTest(words=words):
                ended = simulate(*words)
                self.assertEqual(ended.returncode, USAGE)
                self.assertIn("lachan: ", ended.stderr)


if __name__ == "__main__":
    unittest.main()
