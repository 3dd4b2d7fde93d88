// Reclaimer: what becomes of objects that workers may still be looking at.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace aaigw::sa {

/// Takes what no table leads to any more and destroys it once no worker can hold a pointer to it: after a grace period,
/// and after the last packet that was in flight then has been finished. Never waits. All calls, and all destructors,
/// run on the control thread.
class Reclaimer {
  public:
    virtual ~Reclaimer() = default;

    template <class T>
    void retire(std::unique_ptr<T> object)
    {
        if (object != nullptr)
            retire_raw(const_cast<std::remove_const_t<T>*>(object.release()),
                       [](void* retired) { delete static_cast<std::remove_const_t<T>*>(retired); });
    }

    using Destroy = void (*)(void* object);
    virtual void retire_raw(void* object, Destroy destroy) = 0;

    /// Destroys what has become free; returns how many objects still wait. Called now and then.
    virtual std::size_t reap() = 0;
};

} // namespace aaigw::sa
