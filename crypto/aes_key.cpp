#include "crypto/aes_key.h"

#include "crypto/job_fence.h"
#include "crypto/secret.h"

#include <deque>
#include <mutex>
#include <variant>

namespace aaigw::crypto {

namespace {

/// Keys that were given up, oldest first.
class Graveyard {
  public:
    template <class Key>
    void add(const Key* key)
    {
        const std::scoped_lock lock{mutex_};
        waiting_.push_back({JobFence::now(), std::unique_ptr<const Key>{key}});
        reap();
    }

    std::size_t reap_now()
    {
        const std::scoped_lock lock{mutex_};
        reap();
        return waiting_.size();
    }

  private:
    struct Retired {
        JobFence fence;
        std::variant<std::unique_ptr<const AesKey>, std::unique_ptr<const CmacKey>> key;
    };

    void reap()
    {
        // A later fence awaits at least what an earlier one does.
        while (!waiting_.empty() && waiting_.front().fence.passed())
            waiting_.pop_front();
    }

    std::mutex mutex_;
    std::deque<Retired> waiting_;
};

Graveyard& graveyard()
{
    // Never destroyed: keys of static storage may be given up after any order of destruction we could choose.
    static auto* const instance = new Graveyard;
    return *instance;
}

} // namespace

void RetireKey::operator()(const AesKey* key) const noexcept
{
    graveyard().add(key);
}

void RetireKey::operator()(const CmacKey* key) const noexcept
{
    graveyard().add(key);
}

AesKeyPtr make_aes_key(AesKeyView key)
{
    return AesKeyPtr{new AesKey{key}};
}

CmacKeyPtr make_cmac_key(AesKeyView key)
{
    return CmacKeyPtr{new CmacKey{key}};
}

std::size_t reap_retired_keys()
{
    return graveyard().reap_now();
}

AesKey::~AesKey()
{
    wipe(schedule_);
}

CmacKey::~CmacKey()
{
    wipe(schedule_);
    wipe(subkey1_);
    wipe(subkey2_);
}

} // namespace aaigw::crypto
