// Writes a capture of LZone bursts of the access link, described on standard input.
//
//     pdu TEK CID EKS PN crc|no-crc PAYLOAD  protects a PDU and adds it to the burst; - is empty
//     raw HEX                                adds a PDU that was made elsewhere
//     padding N                              adds N bytes 0xFF
//     send CID uplink|downlink               writes the burst as a GSMTAP datagram of that station
#include "common/hex.h"
#include "crypto/provider.h"
#include "dataplane/pdu/gsmtap.h"
#include "dataplane/pdu/lzone_pdu.h"

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace aaigw {
namespace {

using ByteString = std::vector<std::uint8_t>;

void append(ByteString& to, Bytes bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

template <class T>
T word(std::istream& in)
{
    T value{};
    if (!(in >> value))
        throw std::runtime_error("a word is missing or is not a number");
    return value;
}

ByteString hex_word(std::istream& in)
{
    const auto text = word<std::string>(in);
    const auto bytes = text == "-" ? ByteString{} : from_hex(text);
    if (!bytes)
        throw std::runtime_error("not hex");
    return *bytes;
}

template <class Id>
Id id_word(std::istream& in)
{
    const auto id = Id::from(word<std::uint64_t>(in));
    if (!id)
        throw std::runtime_error("out of range");
    return *id;
}

ByteString protected_pdu(crypto::Provider& provider, std::istream& in)
{
    const ByteString tek = hex_word(in);
    if (tek.size() != crypto::kAesKeyBytes)
        throw std::runtime_error("a TEK has 16 bytes");
    pdu::LzoneFields fields{.cid = id_word<Cid>(in)};
    const auto eks = id_word<Eks>(in);
    const auto pn = id_word<LzonePn>(in);
    fields.crc = word<std::string>(in) == "crc" ? pdu::Crc::present : pdu::Crc::absent;
    const ByteString payload = hex_word(in);
    fields.payload_bytes = payload.size();

    ByteString bytes(pdu::lzone_protected_bytes(fields));
    const auto built = pdu::build_lzone_protected(fields, eks, pn, bytes);
    if (!built)
        throw std::runtime_error(std::string{pdu::describe(built.error())});
    std::ranges::copy(payload, built->payload.begin());
    const auto key = Bytes{tek}.first<crypto::kAesKeyBytes>();
    provider.ccm_protect({key, pdu::lzone_nonce(*built), built->payload, built->icv});
    pdu::write_crc(*built);
    return bytes;
}

/// The checksum of an IPv4 header whose checksum field is zero (RFC 791).
std::uint16_t ipv4_checksum(Bytes header)
{
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < header.size(); at += 2)
        sum += static_cast<std::uint32_t>(load_be(header.subspan(at).first<2>()));
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

/// Ethernet, IPv4 and UDP before a datagram; the addresses are those of RFC 5737 for documentation.
ByteString frame(std::uint16_t source_port, Bytes datagram)
{
    constexpr std::size_t kEthernetBytes = 14;
    constexpr std::size_t kIpv4Bytes = 20;
    constexpr std::size_t kUdpBytes = 8;
    const std::size_t udp_size = kUdpBytes + datagram.size();

    ByteString out = from_hex("0200000000020200000000010800").value();
    append(out, from_hex("45000000000000004011" // UDP; the lengths and the checksum come below
                         "0000c0000201c0000202")
                    .value());
    const auto ip = std::span{out}.subspan(kEthernetBytes, kIpv4Bytes);
    store_be(ip.subspan<2, 2>(), kIpv4Bytes + udp_size);
    store_be(ip.subspan<10, 2>(), ipv4_checksum(ip));
    append(out, be_bytes<2>(source_port));
    append(out, be_bytes<2>(pdu::kGsmtapPort));
    append(out, be_bytes<2>(udp_size));
    append(out, be_bytes<2>(0)); // no checksum
    append(out, datagram);
    return out;
}

void write(Bytes bytes)
{
    for (const std::uint8_t byte : bytes)
        std::cout.put(static_cast<char>(byte));
}

/// One packet of a pcap file; the n-th is n frames of 5 ms after the beginning of time.
void write_packet(std::uint32_t number, Bytes packet)
{
    constexpr std::uint32_t kFrameMicroseconds = 5000;
    constexpr std::uint32_t kFramesPerSecond = 200;
    write(be_bytes<4>(number / kFramesPerSecond));
    write(be_bytes<4>(number % kFramesPerSecond * kFrameMicroseconds));
    write(be_bytes<4>(packet.size()));
    write(be_bytes<4>(packet.size()));
    write(packet);
}

class Capture {
  public:
    Capture()
    {
        // Magic of a pcap file with microseconds, version 2.4, no zone; snapshot length, Ethernet.
        write(from_hex("a1b2c3d4000200040000000000000000").value());
        write(from_hex("0004000000000001").value());
    }

    void obey(std::istream& line)
    {
        const auto verb = word<std::string>(line);
        if (verb == "pdu")
            append(burst_, protected_pdu(*provider_, line));
        else if (verb == "raw")
            append(burst_, hex_word(line));
        else if (verb == "padding")
            burst_.insert(burst_.end(), word<std::size_t>(line), 0xff);
        else if (verb == "send")
            send(line);
        else
            throw std::runtime_error("not a verb: " + verb);
    }

  private:
    void send(std::istream& line)
    {
        const auto cid = id_word<Cid>(line);
        pdu::GsmtapHeader header;
        header.zone = pdu::Zone::lzone;
        header.frame_number = ++frame_number_;
        if (word<std::string>(line) == "uplink")
            header.direction = LinkDirection::uplink;
        ByteString datagram;
        append(datagram, pdu::build_gsmtap(header));
        append(datagram, burst_);
        write_packet(frame_number_, frame(pdu::station_port(header.sector, cid.value()), datagram));
        burst_.clear();
    }

    std::unique_ptr<crypto::Provider> provider_ = crypto::make_openssl_provider();
    ByteString burst_;
    std::uint32_t frame_number_ = 0;
};

} // namespace
} // namespace aaigw

int main()
{
    try {
        aaigw::Capture capture;
        for (std::string text; std::getline(std::cin, text);) {
            std::istringstream line{text};
            capture.obey(line);
        }
        return std::cout.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "lzone_pcap: " << error.what() << '\n';
        return 1;
    }
}
