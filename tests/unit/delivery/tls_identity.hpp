#pragma once

#include <memory>
#include <string>

namespace lachan::test {

/// A certificate and its key, made on the spot.
struct TlsIdentity {
    std::string certificate_pem;
    std::string key_pem;
};

/// A certificate authority of the test's own, with its certificate in a file that lives as long as it does.
class Authority {
public:
    Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;
    ~Authority();

    /// A certificate for one subject alternative name, e.g. "DNS:agency.example.vn" or "IP:127.0.0.1".
    [[nodiscard]] TlsIdentity issue(const std::string& name) const;
    [[nodiscard]] const std::string& ca_file() const noexcept { return file_; }

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
    std::string file_;
};

}  // namespace lachan::test
