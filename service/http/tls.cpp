#include "tls.hpp"

#include <openssl/ssl.h>

#include <string_view>

namespace lachan::http {
namespace {

namespace ssl = boost::asio::ssl;

/// Picks HTTP/1.1 among the protocols a client offers; a client that offers none of ours goes without.
int choose_protocol(SSL*,
                    const unsigned char** chosen,
                    unsigned char* chosen_length,
                    const unsigned char* offered,
                    unsigned int offered_length,
                    void*) {
    static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, chosen_length, kOurs, sizeof kOurs, offered, offered_length);
    if (outcome != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

Error unreadable(std::string_view what, const boost::system::error_code& failure) {
    return Error(Errc::storage, std::string(what) + ": " + failure.message());
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_tls_context(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_compression);
    boost::system::error_code failure;
    context->use_certificate_chain_file(files.certificate_chain, failure);
    if (failure) {
        return unreadable("the certificate chain cannot be used", failure);
    }
    context->use_private_key_file(files.private_key, ssl::context::pem, failure);
    if (failure) {
        return unreadable("the private key cannot be used with the certificate", failure);
    }
    return context;
}

}  // namespace lachan::http
