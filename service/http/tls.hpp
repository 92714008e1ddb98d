#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "lachan/base/error.hpp"
#include "lachan/http/server.hpp"

namespace lachan::http {

/// A context for accepting TLS 1.2 and 1.3 with this certificate. Errors: `storage` where a file cannot be
/// read or the key does not belong to the certificate.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace lachan::http
