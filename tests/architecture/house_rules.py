"""The rules of the house (which room may know what) as functions from a source tree to a list of findings.

A finding is one line of text, `path:line: what is wrong`. Standard library only.
"""

import pathlib
import re

# Rooms that speak to the outside; only they may look at a clock, sleep, or draw randomness.
ADAPTERS = {"operations", "delivery", "http", "app"}
# Floors 0 to 2 know no socket, SQL, file, thread or JSON: that is what lets them be read and tested alone.
INNER = {"base", "domain", "deadlines", "directory", "policy", "casework"}
PARSERS = {"deadlines", "directory", "policy"}  # floor 1: reads its data files' text, inside only
LONGEST_FILE = 500  # lines; beyond that a file has more than one purpose
# The compiled half of Boost is not a room, and the program may use every room.
NO_ROOMS = {"boost", "app"}

CLOCKS = re.compile(r"\b(system_clock\s*::\s*now|steady_clock|high_resolution_clock|clock_gettime|gettimeofday|std::time\s*\("
                    r"|sleep_for|this_thread\s*::\s*sleep_until|usleep|nanosleep"
                    r"|random_device|mt19937|std::rand\b|srand|getrandom)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
HEAVY = re.compile(r"^(nlohmann/json\.hpp|boost/beast|sqlite3\.h|sodium|openssl/|curl/)")
OUTSIDE = re.compile(r"^(boost/beast|boost/asio/(ip/|ssl|read|write|connect|signal_set)|sqlite3\.h|sodium|curl/|sys/socket"
                     r"|thread$|fstream$|filesystem$|random$)")
DETACHED = re.compile(r"\basio\s*::\s*detached\b")
REMINDER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
SILENCED = re.compile("NO" + "LINT")


def read_rooms(cmake):
    """{room: set of rooms it may include} from service/CMakeLists.txt, in the order of the floors."""
    rooms = {}
    for name, rest in re.findall(r"^lachan_room\((\w+)([^)]*)\)", cmake, re.MULTILINE):
        words = rest.split()
        needs = words[words.index("NEEDS") + 1:] if "NEEDS" in words else []
        rooms[name] = set(needs[:needs.index("LINKS")] if "LINKS" in needs else needs)
    return rooms


def without_comments(text):
    """The code alone, line for line: string literals stay, comments become blanks."""
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return token.sub(lambda m: m[0] if m[0].startswith('"') else re.sub(r"[^\n]", " ", m[0]), text)


class House:
    """A checkout, read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.rooms = read_rooms((self.root / "service" / "CMakeLists.txt").read_text())

    def files(self, *patterns, below=("include", "service", "tests", "deploy")):
        for folder in below:
            for pattern in patterns:
                for path in sorted((self.root / folder).rglob(pattern)):
                    if "node_modules" not in path.parts and path.is_file():
                        yield path

    def name(self, path):
        return path.relative_to(self.root).as_posix()

    def code(self):
        """(path, room, is a public header, number, line) of every line of C++ in a room, comments blanked."""
        for path in self.files("*.hpp", "*.cpp", below=("include/lachan", "service")):
            public = path.is_relative_to(self.root / "include")
            room = path.relative_to(self.root / ("include/lachan" if public else "service")).parts[0]
            for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
                yield path, room, public, number, line

    def includes(self):
        for path, room, public, number, line in self.code():
            if found := INCLUDE.match(line):
                yield path, room, public, number, found[2]

    def finding(self, path, number, text):
        return f"{self.name(path)}:{number}: {text}"


def arrows_point_down(house):
    """The list of rooms itself: each room needs only rooms named before it, so there is no circle."""
    known = set()
    for room, needs in house.rooms.items():
        for stranger in sorted(needs - known):
            yield f"service/CMakeLists.txt: {room} needs {stranger}, which does not lie below it"
        known.add(room)


def rooms_are_declared(house):
    """Every folder of code is a room of the list: what is not in the list would not be held to anything."""
    for base in (house.root / "include" / "lachan", house.root / "service"):
        for folder in sorted(path for path in base.iterdir() if path.is_dir() and any(path.iterdir())):
            if folder.name not in house.rooms and folder.name not in NO_ROOMS:
                yield f"{house.name(folder)}: not a room of service/CMakeLists.txt"


def includes_follow_the_arrows(house):
    for path, room, _, number, target in house.includes():
        if ".." in pathlib.PurePosixPath(target).parts:
            yield house.finding(path, number, f"include of {target} climbs out of its folder")
        parts = pathlib.PurePosixPath(target).parts
        if room in NO_ROOMS or parts[0] != "lachan":
            continue
        if parts[1] != room and parts[1] not in house.rooms.get(room, set()):
            yield house.finding(path, number, f"{room} may not include {parts[1]}: it is not in its NEEDS")


def clocks_stay_in_adapters(house):
    for path, room, _, number, line in house.code():
        if room in ADAPTERS:
            continue
        if found := CLOCKS.search(line):
            yield house.finding(path, number, f"{found[0]} outside {', '.join(sorted(ADAPTERS))}: time and chance are arguments")


def public_headers_are_light(house):
    for path, _, public, number, target in house.includes():
        if public and HEAVY.match(target):
            yield house.finding(path, number, f"{target} in a public header; forward-declare it or hide it in a .cpp")


def inner_floors_know_no_world(house):
    for path, room, _, number, target in house.includes():
        if room not in INNER:
            continue
        json = target.startswith("nlohmann/") and not (room in PARSERS and path.is_relative_to(house.root / "service"))
        if json or OUTSIDE.match(target):
            yield house.finding(path, number, f"{target} on a floor that knows neither JSON nor the outside")


def no_coroutine_is_detached(house):
    """`asio::detached` swallows what the coroutine throws: the failure would be nobody's."""
    for path, _, _, number, line in house.code():
        if DETACHED.search(line):
            yield house.finding(path, number, "asio::detached loses exceptions; give co_spawn a handler that looks at them")


def headers_are_guarded(house):
    for path in house.files("*.hpp"):
        if "#pragma once" not in path.read_text():
            yield house.finding(path, 1, "no #pragma once")


def files_are_short(house):
    for path in house.files("*.hpp", "*.cpp", "*.py", "*.js", "*.mjs", "*.css", "*.sql", "*.cmake"):
        lines = path.read_text().count("\n")
        if lines > LONGEST_FILE:
            yield house.finding(path, LONGEST_FILE, f"{lines} lines; split it by purpose")


def nothing_is_left_for_later(house):
    for path in house.files("*"):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := REMINDER.search(line) or SILENCED.search(line):
                yield house.finding(path, number, f"{found[0]}: do it, or file it where work is planned")


ALL = [arrows_point_down, rooms_are_declared, includes_follow_the_arrows, clocks_stay_in_adapters, public_headers_are_light,
       inner_floors_know_no_world, no_coroutine_is_detached, headers_are_guarded, files_are_short, nothing_is_left_for_later]
