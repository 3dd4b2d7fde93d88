#include "control/key/milenage.h"

#include "crypto/secret.h"

#include <algorithm>
#include <span>

namespace aaigw::key {

namespace {

using Block = crypto::AesBlock;

/// r1..r5 of TS 35.206 4.1, in octets: how far the input of a function is rotated towards the front.
enum class Rotation : std::uint8_t { f1 = 8, f2 = 0, f3 = 4, f4 = 8, f5_star = 12 };
/// c1..c5: 128-bit constants of which only the last octet is not zero.
enum class Constant : std::uint8_t { f1 = 0, f2 = 1, f3 = 2, f4 = 4, f5_star = 8 };

Block exclusive_or(const Block& a, std::span<const std::uint8_t, 16> b) noexcept
{
    Block out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(a[i] ^ b[i]);
    return out;
}

class Milenage {
  public:
    Milenage(crypto::Provider& provider, const SubscriberKey& k, const SubscriberOpc& opc,
             const Rand& rand)
        : provider_{provider}, k_{k}, opc_{opc}, temp_{encrypt(exclusive_or(rand, opc.expose()))}
    {
    }
    ~Milenage() { crypto::wipe(temp_); }
    Milenage(const Milenage&) = delete;
    Milenage& operator=(const Milenage&) = delete;

    /// OUT1 = AES_K(TEMP xor rot(IN1 xor OP_C, r1) xor c1) xor OP_C.
    [[nodiscard]] Block out1(const Block& in1)
    {
        return exclusive_or(encrypt(exclusive_or(temp_, rotated(exclusive_or(in1, opc_.expose()),
                                                                Rotation::f1, Constant::f1))),
                            opc_.expose());
    }

    /// OUT2 to OUT5 = AES_K(rot(TEMP xor OP_C, r) xor c) xor OP_C.
    [[nodiscard]] Block out(Rotation r, Constant c)
    {
        return exclusive_or(encrypt(rotated(exclusive_or(temp_, opc_.expose()), r, c)),
                            opc_.expose());
    }

  private:
    [[nodiscard]] Block encrypt(const Block& input)
    {
        Block output{};
        provider_.encrypt_blocks(std::array{crypto::BlockRequest{k_.expose(), input, output}});
        return output;
    }

    static Block rotated(const Block& block, Rotation r, Constant c) noexcept
    {
        Block out{};
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = block[(i + static_cast<std::size_t>(r)) % block.size()];
        out.back() ^= static_cast<std::uint8_t>(c);
        return out;
    }

    crypto::Provider& provider_;
    const SubscriberKey& k_;
    const SubscriberOpc& opc_;
    Block temp_;
};

} // namespace

SubscriberOpc derive_opc(crypto::Provider& provider, const SubscriberKey& k, const OperatorKey& op)
{
    Block input{};
    std::ranges::copy(op.expose(), input.begin());
    Block output{};
    provider.encrypt_blocks(std::array{crypto::BlockRequest{k.expose(), input, output}});
    Block opc = exclusive_or(output, op.expose());
    auto result = SubscriberOpc::copy_of(opc);
    crypto::wipe(input);
    crypto::wipe(output);
    crypto::wipe(opc);
    return result;
}

MilenageKeys derive_milenage_keys(crypto::Provider& provider, const SubscriberKey& k,
                                  const SubscriberOpc& opc, const Rand& rand)
{
    Milenage milenage{provider, k, opc, rand};
    Block out2 = milenage.out(Rotation::f2, Constant::f2);
    Block out3 = milenage.out(Rotation::f3, Constant::f3);
    Block out4 = milenage.out(Rotation::f4, Constant::f4);
    Block out5 = milenage.out(Rotation::f5_star, Constant::f5_star);
    MilenageKeys keys{.res = crypto::Secret<8>::copy_of(std::span{out2}.last<8>()),
                      .ck = CipherKey::copy_of(out3),
                      .ik = IntegrityKey::copy_of(out4),
                      .anonymity_key = crypto::Secret<6>::copy_of(std::span{out2}.first<6>()),
                      .resync_anonymity_key =
                          crypto::Secret<6>::copy_of(std::span{out5}.first<6>())};
    for (Block* block : {&out2, &out3, &out4, &out5})
        crypto::wipe(*block);
    return keys;
}

MilenageMacs derive_milenage_macs(crypto::Provider& provider, const SubscriberKey& k,
                                  const SubscriberOpc& opc, const Rand& rand, const Sqn& sqn,
                                  const Amf& amf)
{
    // IN1 = SQN || AMF || SQN || AMF.
    Block in1{};
    Writer writer{in1};
    for (int half = 0; half < 2; ++half) {
        writer.bytes(sqn);
        writer.bytes(amf);
    }
    const Block out1 = Milenage{provider, k, opc, rand}.out1(in1);
    MilenageMacs macs{};
    std::copy_n(out1.begin(), 8, macs.mac_a.begin());
    std::copy_n(out1.begin() + 8, 8, macs.mac_s.begin());
    return macs;
}

} // namespace aaigw::key
