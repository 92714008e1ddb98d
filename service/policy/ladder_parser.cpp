#include <algorithm>

#include "parsing.hpp"

namespace lachan::policy {
namespace {

/// The steps that have fired are kept in the bits of one number, with a bit to spare.
constexpr std::size_t kMaxLadderSteps = 63;
/// A step that repeats more often than this would only be noise.
constexpr Duration kLeastRepeat = std::chrono::minutes(1);

void read_moment(const Reader& declared, LadderStep& step) {
    const std::string from = declared.text("from").value_or("start");
    if (from != "start" && from != "due") {
        declared.fault_at("from", "unknown_word", "start or due is expected here");
    }
    step.from = from == "due" ? LadderStep::From::due : LadderStep::From::start;
    step.percent = declared.number("percent");
    if (step.percent && (*step.percent < 1 || *step.percent > 99)) {
        declared.fault_at("percent", "out_of_range", "between 1 and 99 is expected");
    }
    if (step.percent.has_value() == declared.has("offset")) {
        declared.fault("bad_moment", "either an offset or a percentage is expected");
    }
    step.offset = declared.duration("offset").value_or(Duration{});
    if (step.from == LadderStep::From::start && step.offset < Duration{}) {
        declared.fault_at("offset", "out_of_range", "nothing happens before the start");
    }
    step.repeats = declared.duration("repeats");
    if (step.repeats && *step.repeats < kLeastRepeat) {
        declared.fault_at("repeats", "out_of_range", "at least PT1M is expected");
    }
}

LadderStep read_ladder_step(const Reader& declared, const Pack::Content& content) {
    LadderStep step;
    step.id = declared.required("id");
    step.event = declared.required("event");
    step.tells_holder = declared.flag("tells_holder", false);
    step.marks_overdue = declared.flag("marks_overdue", false);
    step.tells = declared.texts("tells");
    const std::string unless = declared.text("unless").value_or("done");
    if (unless != "done" && unless != "accepted") {
        declared.fault_at("unless", "unknown_word", "done or accepted is expected here");
    }
    step.unless = unless == "accepted" ? LadderStep::Unless::accepted : LadderStep::Unless::done;
    read_moment(declared, step);
    for (const std::string& role : step.tells) {
        expect_role(declared, "tells", role, content);
    }
    step.force = declared.code<domain::Force>("force").value_or(domain::Force::target);
    step.basis = read_basis(declared, content);
    if (step.force == domain::Force::law) {
        expect_ground(declared, step.force, step.basis);
    }
    return step;
}

void expect_sound(const Reader& declared, const Ladder& ladder) {
    const auto marks = std::count_if(
        ladder.steps.begin(), ladder.steps.end(), [](const LadderStep& step) { return step.marks_overdue; });
    if (marks != 1) {
        declared.fault_at("steps", "bad_ladder", "exactly one step marks overdue");
    }
    if (ladder.steps.empty() || !ladder.steps.back().repeats ||
        ladder.steps.back().unless != LadderStep::Unless::done) {
        declared.fault_at("steps", "bad_ladder", "the last step repeats until the duty is done");
    }
    const auto repeating = std::count_if(
        ladder.steps.begin(), ladder.steps.end(), [](const LadderStep& step) { return step.repeats; });
    if (repeating > 1) {  // a duty counts its repetitions once, for all steps
        declared.fault_at("steps", "bad_ladder", "only the last step repeats");
    }
    if (ladder.steps.size() > kMaxLadderSteps) {
        declared.fault_at("steps", "bad_ladder", "at most 63 steps are possible");
    }
}

/// A step that marks overdue does so at the very instant the duty is due.
void expect_at_due(const Reader& declared, const LadderStep& step) {
    if (step.marks_overdue &&
        (step.from != LadderStep::From::due || step.offset != Duration{} || step.percent)) {
        declared.fault("bad_ladder", "a duty is overdue at its due instant, not before and not after");
    }
}

template <class Known>
void expect_each(const Reader& owner,
                 std::string_view key,
                 const std::vector<std::string>& names,
                 Known known) {
    for (const std::string& name : names) {
        if (!known(name)) {
            owner.fault_at(key, "unknown_word", "\"" + name + "\" is not declared");
        }
    }
}

}  // namespace

void read_ladders(const Reader& pack, Pack::Content& content) {
    pack.each("ladders", [&](const Reader& declared) {
        if (!declared.is_object({"name", "note", "steps"})) {
            return;
        }
        Ladder ladder;
        ladder.name = declared.required("name");
        const Reader named = declared.within("ladder " + ladder.name);
        named.each("steps", [&](const Reader& step) {
            if (step.is_object({"id",
                                "from",
                                "offset",
                                "percent",
                                "unless",
                                "event",
                                "tells_holder",
                                "tells",
                                "marks_overdue",
                                "repeats",
                                "force",
                                "basis"})) {
                ladder.steps.push_back(read_ladder_step(step, content));
                expect_at_due(step, ladder.steps.back());
            }
        });
        expect_sound(named, ladder);
        const auto same = [&](const Ladder& other) { return other.name == ladder.name; };
        if (std::any_of(content.ladders.begin(), content.ladders.end(), same)) {
            named.fault_at("name", "duplicate", "it is declared twice");
        }
        content.ladders.push_back(std::move(ladder));
    });
}

void read_steps(const Reader& pack, Pack::Content& content) {
    pack.each("steps", [&](const Reader& declared) {
        if (!declared.is_object({"kind",
                                 "title",
                                 "title_en",
                                 "results",
                                 "discharges",
                                 "stage",
                                 "supersedes",
                                 "supersedes_on"})) {
            return;
        }
        StepKind step;
        step.kind = declared.required("kind");
        const Reader named = declared.within("step " + step.kind);
        step.title = named.required("title");
        step.results = named.texts("results");
        step.discharges = named.texts("discharges");
        step.stage = named.text("stage").value_or("");
        step.supersedes = named.texts("supersedes");
        step.supersedes_on = named.texts("supersedes_on");
        const auto is_stage = [&](const std::string& name) {
            return std::any_of(content.stages.begin(), content.stages.end(), [&](const Stage& stage) {
                return stage.name == name;
            });
        };
        if (!step.stage.empty() && !is_stage(step.stage)) {
            named.fault_at("stage", "unknown_stage", "\"" + step.stage + "\" is not declared");
        }
        expect_each(named, "supersedes_on", step.supersedes_on, [&](const std::string& result) {
            return std::find(step.results.begin(), step.results.end(), result) != step.results.end();
        });
        const auto same = [&](const StepKind& other) { return other.kind == step.kind; };
        if (std::any_of(content.steps.begin(), content.steps.end(), same)) {
            named.fault_at("kind", "duplicate", "it is declared twice");
        }
        content.steps.push_back(std::move(step));
    });
}

}  // namespace lachan::policy
