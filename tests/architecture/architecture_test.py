"""Holds the source tree to the rules of the house, and the rules to catching what they are for."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import house_rules  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
CMAKE = "lachan_room(base)\nlachan_room(domain NEEDS base)\nlachan_room(casework NEEDS domain base LINKS some::lib)\n" \
        "lachan_room(store NEEDS casework)\n"


class TheHouse(unittest.TestCase):
    """One test for each rule, on the real tree."""


def keeps(rule):
    def test(self):
        findings = list(rule(house_rules.House(ROOT)))
        if findings:
            self.fail("\n" + "\n".join(findings))
    return test


for each in house_rules.ALL:
    setattr(TheHouse, f"test_{each.__name__}", keeps(each))


class TheRules(unittest.TestCase):
    """Each rule finds the fault it is for, on a small tree, and leaves its neighbour alone."""

    def findings(self, rule, files, cmake=CMAKE):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {"service/CMakeLists.txt": cmake, "include/lachan/base/a.hpp": "#pragma once\n", **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return list(rule(house_rules.House(root)))

    def test_an_include_against_the_arrows_is_found(self):
        found = self.findings(house_rules.includes_follow_the_arrows,
                              {"service/domain/a.cpp": '#include "lachan/base/a.hpp"\n#include "lachan/store/b.hpp"\n'})
        self.assertEqual(found, ["service/domain/a.cpp:2: domain may not include store: it is not in its NEEDS"])

    def test_a_need_must_be_named_even_if_it_lies_below(self):
        found = self.findings(house_rules.includes_follow_the_arrows, {"service/store/a.cpp": '#include "lachan/base/a.hpp"\n'})
        self.assertEqual(len(found), 1)

    def test_an_include_that_climbs_out_is_found(self):
        found = self.findings(house_rules.includes_follow_the_arrows, {"service/domain/a.cpp": '#include "../base/a.hpp"\n'})
        self.assertEqual(len(found), 1)

    def test_a_need_that_points_up_is_found(self):
        found = self.findings(house_rules.arrows_point_down, {}, "lachan_room(base NEEDS domain)\nlachan_room(domain NEEDS base)\n")
        self.assertEqual(found, ["service/CMakeLists.txt: base needs domain, which does not lie below it"])

    def test_a_folder_that_is_no_room_is_found(self):
        found = self.findings(house_rules.rooms_are_declared, {"service/cellar/a.cpp": ""})
        self.assertEqual(found, ["service/cellar: not a room of service/CMakeLists.txt"])

    def test_a_clock_outside_the_adapters_is_found_but_not_one_in_a_comment(self):
        found = self.findings(house_rules.clocks_stay_in_adapters,
                              {"service/store/a.cpp": "// steady_clock\nauto now = std::chrono::system_clock::now();\n",
                               "service/http/b.cpp": "std::chrono::steady_clock::now();\n"})
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("service/store/a.cpp:2: "))

    def test_chance_and_sleep_outside_the_adapters_are_found(self):
        found = self.findings(house_rules.clocks_stay_in_adapters,
                              {"service/casework/a.cpp": "std::random_device chance;\nstd::this_thread::sleep_for(1s);\n"})
        self.assertEqual(len(found), 2)

    def test_heavy_public_headers_are_found_and_the_forward_header_is_not(self):
        found = self.findings(house_rules.public_headers_are_light,
                              {"include/lachan/store/a.hpp": "#include <sqlite3.h>\n#include <nlohmann/json_fwd.hpp>\n"})
        self.assertEqual(len(found), 1)

    def test_json_on_an_inner_floor_is_found_except_inside_a_parser(self):
        found = self.findings(house_rules.inner_floors_know_no_world,
                              {"service/casework/a.cpp": "#include <nlohmann/json.hpp>\n",
                               "include/lachan/policy/b.hpp": "#include <nlohmann/json_fwd.hpp>\n",
                               "service/policy/c.cpp": "#include <nlohmann/json.hpp>\n",
                               "service/domain/d.cpp": "#include <thread>\n"})
        self.assertEqual(len(found), 3)

    def test_a_detached_coroutine_is_found(self):
        found = self.findings(house_rules.no_coroutine_is_detached,
                              {"service/store/a.cpp": "co_spawn(io, run(), asio::detached);\ncrypto_sign_detached(x);\n"})
        self.assertEqual(len(found), 1)

    def test_an_unguarded_header_is_found(self):
        self.assertEqual(len(self.findings(house_rules.headers_are_guarded, {"service/base/a.hpp": "int a();\n"})), 1)

    def test_a_long_file_is_found(self):
        lines = "\n" * (house_rules.LONGEST_FILE + 1)
        self.assertEqual(len(self.findings(house_rules.files_are_short, {"service/base/a.cpp": lines})), 1)

    def test_a_reminder_is_found_anywhere(self):
        found = self.findings(house_rules.nothing_is_left_for_later, {"deploy/run": "true\n# TO" + "DO: more\n"})
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("deploy/run:2: "))


if __name__ == "__main__":
    unittest.main()
