#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>

#include "loopback.hpp"

namespace lachan::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A folder with a certificate that its own key has signed.
class Certificate {
public:
    explicit Certificate(const std::string& name) { renew(name); }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate() { std::filesystem::remove_all(folder_); }

    [[nodiscard]] TlsFiles files() const { return {folder_ / "chain.pem", folder_ / "key.pem"}; }

    void renew(const std::string& name) {
        EVP_PKEY* const key = EVP_EC_gen("P-256");
        X509* const certificate = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* const subject = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(certificate, subject);
        X509_sign(certificate, key, EVP_sha256());
        FILE* file = std::fopen(files().certificate_chain.c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
        file = std::fopen(files().private_key.c_str(), "w");
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }

private:
    static std::filesystem::path fresh_folder() {
        std::string pattern = std::filesystem::temp_directory_path() / "lachan-tls-XXXXXX";
        return ::mkdtemp(pattern.data());
    }

    std::filesystem::path folder_ = fresh_folder();
};

struct TlsAnswer {
    std::string text;
    std::string subject;   ///< Common name of the certificate that was shown.
    std::string protocol;  ///< What was agreed on for what goes over TLS.
};

/// Asks once over TLS, without judging the certificate.
TlsAnswer ask(std::uint16_t port, std::string_view bytes) {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    asio::ssl::stream<tcp::socket> stream(io, context);
    static constexpr unsigned char kOffer[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_set_alpn_protos(stream.native_handle(), kOffer, sizeof kOffer);
    stream.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    stream.handshake(asio::ssl::stream_base::client);
    asio::write(stream, asio::buffer(bytes));
    TlsAnswer answer;
    boost::system::error_code ended;
    while (!ended) {
        char piece[4096];
        const std::size_t got = stream.read_some(asio::buffer(piece), ended);
        answer.text.append(piece, got);
    }
    X509* const shown = SSL_get1_peer_certificate(stream.native_handle());
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
    X509_free(shown);
    answer.subject = name;
    const unsigned char* protocol = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(stream.native_handle(), &protocol, &length);
    answer.protocol.assign(reinterpret_cast<const char*>(protocol), length);
    return answer;
}

class Tls : public testing::Test {
protected:
    static ServerOptions over_tls(const Certificate& certificate) {
        ServerOptions options = Loopback::quick();
        options.tls = certificate.files();
        return options;
    }

    static bool reloaded(Loopback& server) {
        std::promise<bool> done;
        asio::post(server.io(), [&] { done.set_value(server.server().reload_tls().has_value()); });
        return done.get_future().get();
    }

    Certificate certificate{"one"};
};

TEST_F(Tls, IsSpokenWhereACertificateIsConfigured) {
    Loopback server(echo, over_tls(certificate));
    ASSERT_TRUE(server.start());
    EXPECT_TRUE(server.server().url().starts_with("https://"));
    const TlsAnswer answer = ask(server.port(), kGet);
    EXPECT_TRUE(answer.text.starts_with("HTTP/1.1 200 OK\r\n")) << answer.text;
    EXPECT_TRUE(answer.text.ends_with("GET /a "));
    EXPECT_NE(answer.text.find("Strict-Transport-Security: max-age="), std::string::npos);
    EXPECT_EQ(answer.subject, "one");
    EXPECT_EQ(answer.protocol, "http/1.1");
}

TEST_F(Tls, ShowsTheNewCertificateAfterAReload) {
    Loopback server(echo, over_tls(certificate));
    ASSERT_TRUE(server.start());
    certificate.renew("two");
    EXPECT_EQ(ask(server.port(), kGet).subject, "one");
    EXPECT_TRUE(reloaded(server));
    EXPECT_EQ(ask(server.port(), kGet).subject, "two");
}

TEST_F(Tls, KeepsTheOldCertificateWhereTheNewOneIsBroken) {
    Loopback server(echo, over_tls(certificate));
    ASSERT_TRUE(server.start());
    std::ofstream(certificate.files().certificate_chain) << "no certificate";
    EXPECT_FALSE(reloaded(server));
    EXPECT_EQ(ask(server.port(), kGet).subject, "one");
}

TEST_F(Tls, DoesNotStartWithoutItsFiles) {
    ServerOptions options = Loopback::quick();
    options.tls = TlsFiles{"/nonexistent/chain.pem", "/nonexistent/key.pem"};
    Loopback server(echo, options);
    EXPECT_FALSE(server.start());
}

TEST_F(Tls, AnswersNothingInTheClear) {
    Loopback server(echo, over_tls(certificate));
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    client.send(kGet);
    EXPECT_EQ(client.read_all().find("HTTP/"), std::string::npos);
}

TEST_F(Tls, GivesUpOnAHandshakeThatDoesNotEnd) {
    ServerOptions options = over_tls(certificate);
    options.handshake_timeout = std::chrono::milliseconds(30);
    Loopback server(echo, options);
    ASSERT_TRUE(server.start());
    RawClient client(server.port());
    EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace lachan::http
