#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>

#include "calls.hpp"
#include "lachan/base/number.hpp"
#include "lachan/casework/feed.hpp"
#include "lachan/casework/people.hpp"
#include "lachan/casework/queries.hpp"
#include "lachan/http/auth.hpp"
#include "render.hpp"

/// Server-sent events: what changes in the cases a caller may see.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kStream = "/v1/stream";
/// How often the record is looked at: a screen that is a second behind is up to date.
constexpr Duration kLookEvery = std::chrono::seconds(1);
/// A proxy closes what is silent for a minute; and it is how we notice that nobody listens any more.
constexpr Duration kBreathEvery = std::chrono::seconds(15);
/// Then the client has to come back: what it may see is then judged from the start.
constexpr Duration kLongest = std::chrono::minutes(15);
/// Each costs a look into the record a second; a province has fewer screens.
constexpr int kMostStreams = 256;

/// Of these, for one caller: an office shares a key among a few screens, and a page that opens streams in a
/// loop must not take the places of the others.
constexpr int kMostOfOne = 16;

/// The streams that are open.
struct Streams {
    int all = 0;
    std::map<std::string, int> of;  ///< By caller.

    [[nodiscard]] bool has_room_for(const std::string& caller) const {
        const auto counted = of.find(caller);
        return all < kMostStreams && (counted == of.end() || counted->second < kMostOfOne);
    }
};

/// Counts a stream for as long as it lives.
class Place {
public:
    Place(std::shared_ptr<Streams> streams, std::string caller)
        : streams_(std::move(streams)), caller_(std::move(caller)) {
        ++streams_->all;
        ++streams_->of[caller_];
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        --streams_->all;
        if (--streams_->of[caller_] == 0) {
            streams_->of.erase(caller_);
        }
    }

private:
    std::shared_ptr<Streams> streams_;
    std::string caller_;
};

/// Who listens, as of now; a refusal where they are nobody any more. No use of a session.
using Recognise = std::function<asio::awaitable<Result<domain::Principal>>()>;

asio::awaitable<Result<domain::Principal>> person_of(casework::People& people, Secret<std::string> session) {
    const auto found = co_await casework::look_at_session(people, std::move(session));
    if (!found) {
        co_return found.error();
    }
    co_return found->principal;
}

/// Errors: `unauthenticated`.
Result<Recognise> recogniser_of(const Services& services, const Request& request) {
    if (request.session) {
        return Recognise(
            [&people = services.people, session = *request.session] { return person_of(people, session); });
    }
    auto token = bearer_token(request.headers);
    if (!token || !*token) {
        return Error(Errc::unauthenticated, "this call wants Authorization: Bearer TOKEN, or a session");
    }
    return Recognise([&context = services.context, token = std::move(**token)] {
        return casework::identify(context, token);
    });
}

/// One listener. Lives in the reply, and as long.
class Feed {
public:
    Feed(const Services& services,
         const domain::Principal& caller,
         Recognise recognise,
         std::int64_t position,
         std::shared_ptr<Streams> streams,
         const asio::any_io_executor& executor)
        : context_(services.context),
          recognise_(std::move(recognise)),
          position_(position),
          place_(std::move(streams), caller.key.text()),
          executor_(executor),
          nobody_wakes_it_(executor),
          begun_(context_.clock.now()) {}

    /// The next piece; none ends the stream.
    asio::awaitable<std::optional<std::string>> next() {
        if (!std::exchange(greeted_, true)) {
            co_return "retry: 2000\n: " + std::to_string(position_) + "\n\n";
        }
        const Instant breath = context_.clock.now() + kBreathEvery;
        while (true) {
            const Instant now = context_.clock.now();
            if (now >= begun_ + kLongest) {
                co_return std::nullopt;
            }
            const auto caller = co_await recognise_();
            if (!caller) {
                co_return std::nullopt;
            }
            const auto page = co_await casework::feed_after(context_, *caller, position_);
            if (!page) {
                co_return std::nullopt;  // the client comes back, and hears why
            }
            position_ = page->position;
            if (!page->items.empty()) {
                co_return text_of(page->items);
            }
            if (now >= breath) {
                co_return ": " + std::to_string(position_) + "\n\n";
            }
            if (page->more) {
                co_await asio::post(executor_, asio::use_awaitable);  // others have their turn between pages
            } else {
                co_await context_.clock.sleep_until(now + kLookEvery, nobody_wakes_it_);
            }
        }
    }

private:
    static std::string text_of(const std::vector<casework::FeedItem>& items) {
        std::string text;
        for (const casework::FeedItem& item : items) {
            JsonWriter json;
            json.begin_object();
            json.member("case", item.case_code).member("case_seq", item.case_sequence);
            json.member("at", item.at).member("urgency", domain::text_of(item.urgency));
            json.member("href", "/v1/cases/" + item.case_code).end_object();
            text += "id: " + std::to_string(item.sequence) + "\nevent: " + item.kind +
                    "\ndata: " + json.take() + "\n\n";
        }
        return text;
    }

    casework::Context& context_;
    Recognise recognise_;
    std::int64_t position_;
    Place place_;
    asio::any_io_executor executor_;
    casework::Wakeup nobody_wakes_it_;
    Instant begun_;
    bool greeted_ = false;
};

/// Where to go on after. Errors: `malformed_request`.
Result<std::optional<std::int64_t>> position_of(const Request& request) {
    const auto given = request.headers.find("Last-Event-ID");
    if (!given) {
        return std::optional<std::int64_t>();
    }
    const auto position = parse_whole<std::int64_t>(*given);
    if (!position || *position < 0) {
        return Error(Errc::malformed_request,
                     "no such position",
                     {{"Last-Event-ID", "invalid_value", "the id of the last event that was received"}});
    }
    return position;
}

asio::awaitable<Result<Reply>> listen(const Services& services,
                                      const Request& request,
                                      std::shared_ptr<Streams> streams) {
    const auto given = position_of(request);
    if (!given) {
        co_return given.error();
    }
    const auto end = co_await casework::feed_end(services.context, caller_of(request));
    if (!end) {
        co_return end.error();
    }
    auto recognise = recogniser_of(services, request);
    if (!recognise) {
        co_return recognise.error();
    }
    if (!streams->has_room_for(caller_of(request).key.text())) {
        co_return Error(Errc::overloaded, "too many streams are open");
    }
    const auto executor = co_await asio::this_coro::executor;
    const auto feed = std::make_shared<Feed>(services,
                                             caller_of(request),
                                             std::move(*recognise),
                                             given->value_or(*end),
                                             std::move(streams),
                                             executor);
    Reply reply;
    reply.content_type = "text/event-stream";
    reply.headers.set("Cache-Control", "no-store");
    reply.stream = [feed] { return feed->next(); };
    co_return reply;
}

}  // namespace

void add_stream_calls(std::vector<Route>& routes, const Services& services) {
    const auto streams = std::make_shared<Streams>();
    routes.push_back({.method = Method::get,
                      .pattern = kStream,
                      .produces = "text/event-stream",
                      .asked_by_itself = true,
                      .endpoint = [&services, streams](const Request& request) {
                          return listen(services, request, streams);
                      }});
}

}  // namespace lachan::http
