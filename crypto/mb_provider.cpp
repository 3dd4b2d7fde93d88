// The primitives of derivations and offline commands on IPsec-MB: what the fast path uses, behind Provider.
#include "common/check.h"
#include "crypto/mb_engine.h"
#include "crypto/mb_library.h"
#include "crypto/provider.h"
#include "crypto/secret.h"
#include "crypto/self_test.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kHmacBlockBytes = 64; // of SHA-1 and SHA-256 alike
constexpr std::size_t kMaxDigestBytes = 32;
/// CMACs in one burst: what the library takes at once.
constexpr std::size_t kChunk = 128;
static_assert(kChunk <= MbEngine::kMaxInFlight);

class MbProvider final : public Provider {
  public:
    MbProvider(std::unique_ptr<MbEngine> engine, ManagerPtr hashes)
        : engine_{std::move(engine)}, hashes_{std::move(hashes)}
    {
    }

    std::string_view name() const noexcept override { return "ipsec-mb"; }

    void cmac(std::span<const CmacRequest> batch) override
    {
        while (!batch.empty()) {
            const auto chunk = batch.first(std::min(batch.size(), kChunk));
            cmac_chunk(chunk);
            batch = batch.subspan(chunk.size());
        }
    }

    void encrypt_blocks(std::span<const BlockRequest> batch) override
    {
        // The first block of CTR keystream is the encrypted counter block.
        for (const BlockRequest& request : batch) {
            std::ranges::fill(request.output, std::uint8_t{0});
            ctr(request.key, request.input, request.output);
        }
    }

    void hmac(HashKind hash, Bytes key, Bytes message, MutableBytes mac) override
    {
        AAIGW_CHECK(mac.size() == digest_bytes(hash));
        AAIGW_CHECK(!message.empty()); // the library takes no empty message; no derivation has one
        std::array<std::uint8_t, kHmacBlockBytes> key_block{};
        if (key.size() <= kHmacBlockBytes)
            std::ranges::copy(key, key_block.begin());
        else
            digest(hash, key, key_block);
        alignas(16) std::array<std::uint8_t, kMaxDigestBytes> inner{};
        alignas(16) std::array<std::uint8_t, kMaxDigestBytes> outer{};
        pad_state(hash, key_block, 0x36, inner);
        pad_state(hash, key_block, 0x5c, outer);
        run_hmac(hash, inner, outer, message, mac);
        wipe(key_block);
        wipe(inner);
        wipe(outer);
    }

    void ccm_protect(const CcmRequest& request) override { run_ccm(request, JobKind::ccm_protect); }

    bool ccm_unprotect(const CcmRequest& request) override
    {
        return run_ccm(request, JobKind::ccm_unprotect) == JobStatus::done;
    }

    void ctr(AesKeyView key, const AesBlock& first_counter, MutableBytes data) override
    {
        const AesKey expanded{key};
        CryptoJob& job = engine_->take();
        job.kind = JobKind::ctr;
        job.key.aes = &expanded;
        job.data = data.data();
        job.length = job_length(data);
        job.nonce = first_counter;
        run();
    }

  private:
    /// Neighbouring requests under one key, as a key hierarchy makes them, share its expansion.
    void cmac_chunk(std::span<const CmacRequest> chunk)
    {
        CmacKey* key = nullptr;
        for (std::size_t i = 0; i < chunk.size(); ++i) {
            if (i == 0 || chunk[i].key.data() != chunk[i - 1].key.data())
                key = &keys_[i].emplace(chunk[i].key);
            CryptoJob& job = engine_->take();
            job.kind = JobKind::cmac;
            job.key.cmac = key;
            job.message = chunk[i].message.data();
            job.length = job_length(chunk[i].message);
            job.owner = chunk[i].mac.data();
        }
        engine_->submit();
        engine_->flush();
        for (auto done = engine_->collect(); !done.empty(); done = engine_->collect()) {
            for (CryptoJob& job : done) {
                std::ranges::copy(job.mac, static_cast<std::uint8_t*>(job.owner));
                wipe(job.mac); // for a derivation this is a key
            }
        }
        for (std::size_t i = 0; i < chunk.size(); ++i)
            keys_[i].reset();
    }

    JobStatus run_ccm(const CcmRequest& request, JobKind kind)
    {
        AAIGW_CHECK(request.icv.size() == 4 || request.icv.size() == 8);
        const AesKey expanded{request.key};
        CryptoJob& job = engine_->take();
        job.kind = kind;
        job.key.aes = &expanded;
        job.data = request.data.data();
        job.length = job_length(request.data);
        job.icv = request.icv.data();
        job.icv_size = request.icv.size() == 4 ? IcvSize::four : IcvSize::eight;
        std::ranges::copy(request.nonce, job.nonce.begin());
        return run();
    }

    /// Finishes the one job that was taken.
    JobStatus run()
    {
        engine_->submit();
        engine_->flush();
        const auto done = engine_->collect();
        AAIGW_CHECK(done.size() == 1);
        return done.front().status;
    }

    static std::uint16_t job_length(Bytes data)
    {
        AAIGW_CHECK(data.size() <= kMaxJobBytes);
        return static_cast<std::uint16_t>(data.size());
    }

    void digest(HashKind hash, Bytes message, MutableBytes out)
    {
        if (hash == HashKind::sha1)
            IMB_SHA1(hashes_.get(), message.data(), message.size(), out.data());
        else
            IMB_SHA256(hashes_.get(), message.data(), message.size(), out.data());
    }

    /// The hash state after the padded key, from which each HMAC of that key goes on (RFC 2104 section 4).
    void pad_state(HashKind hash, Bytes key_block, std::uint8_t pad, MutableBytes state)
    {
        std::array<std::uint8_t, kHmacBlockBytes> block;
        std::ranges::transform(key_block, block.begin(), [pad](std::uint8_t byte) {
            return static_cast<std::uint8_t>(byte ^ pad);
        });
        if (hash == HashKind::sha1)
            IMB_SHA1_ONE_BLOCK(hashes_.get(), block.data(), state.data());
        else
            IMB_SHA256_ONE_BLOCK(hashes_.get(), block.data(), state.data());
        wipe(block);
    }

    void run_hmac(HashKind hash, Bytes inner, Bytes outer, Bytes message, MutableBytes mac)
    {
        IMB_JOB* job = IMB_GET_NEXT_JOB(hashes_.get());
        *job = {};
        job->src = message.data();
        job->msg_len_to_hash_in_bytes = message.size();
        job->cipher_mode = IMB_CIPHER_NULL;
        job->cipher_direction = IMB_DIR_ENCRYPT;
        job->chain_order = IMB_ORDER_HASH_CIPHER;
        job->hash_alg = hash == HashKind::sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256;
        job->u.HMAC._hashed_auth_key_xor_ipad = inner.data();
        job->u.HMAC._hashed_auth_key_xor_opad = outer.data();
        job->auth_tag_output = mac.data();
        job->auth_tag_output_len_in_bytes = mac.size();
        const IMB_JOB* finished = IMB_SUBMIT_JOB(hashes_.get());
        if (finished == nullptr)
            finished = IMB_FLUSH_JOB(hashes_.get());
        AAIGW_CHECK(finished == job && finished->status == IMB_STATUS_COMPLETED);
    }

    std::unique_ptr<MbEngine> engine_;
    ManagerPtr hashes_;
    std::array<std::optional<CmacKey>, kChunk> keys_;
};

} // namespace

Result<std::unique_ptr<Provider>> make_ipsec_mb_provider()
{
    TRY(auto engine, MbEngine::create());
    TRY(auto hashes, make_manager(MbArch::best));
    std::unique_ptr<Provider> provider =
        std::make_unique<MbProvider>(std::move(engine), std::move(hashes));
    TRY_DO(self_test(*provider));
    return provider;
}

} // namespace aaigw::crypto
