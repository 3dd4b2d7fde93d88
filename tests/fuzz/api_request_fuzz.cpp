// Fuzz target: a line on the control socket.
#include "control/api/dispatcher.h"
#include "tests/doubles/fake_gateway.h"
#include "tests/fuzz/fuzz_input.h"

#include <algorithm>
#include <string>

namespace {

aaigw::api::doubles::FakeGateway& gateway()
{
    static aaigw::api::doubles::FakeGateway the_gateway;
    return the_gateway;
}

aaigw::api::Dispatcher& dispatcher()
{
    static aaigw::api::Dispatcher the_dispatcher = [] {
        gateway().add_station(aaigw::Stid::from_field(1), 0xa7);
        gateway().add_station(aaigw::Stid::from_field(2), 0xa7);
        return aaigw::api::Dispatcher{gateway()};
    }();
    return the_dispatcher;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::api;

    const std::string line(data, data + size);
    const auto request = parse_request(line);
    const auto answer = dispatcher().answer(line);
    AAIGW_CHECK(answer.has_value() == (!request || request->wants_answer));
    if (!answer)
        return 0;

    AAIGW_CHECK(answer->find('\n') == answer->size() - 1);
    AAIGW_CHECK(
        std::ranges::all_of(*answer, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    const Json message = Json::parse(*answer, nullptr, false);
    AAIGW_CHECK(message.is_object() && message["jsonrpc"] == "2.0");
    AAIGW_CHECK(message.contains("result") != message.contains("error"));
    AAIGW_CHECK(message["id"] == (request ? request->id : request.error().id));
    // The keys of the stations.
    if (message.contains("result"))
        AAIGW_CHECK(message["result"].dump().find("a7a7a7a7") == std::string::npos);
    return 0;
}
