#include "unit/delivery/tls_identity.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <stdexcept>

namespace lachan::test {
namespace {

template <auto free>
struct Free {
    template <class T>
    void operator()(T* thing) const noexcept {
        free(thing);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Free<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

constexpr long kBackdated = -3600;
constexpr long kValid = 3600;

void must(bool good) {
    if (!good) {
        throw std::runtime_error("OpenSSL refused to make a test certificate");
    }
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
    must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

CertPtr certificate_for(EVP_PKEY* key, const char* common_name, long serial) {
    CertPtr certificate(X509_new());
    must(certificate != nullptr);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), kBackdated);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValid);
    X509_set_pubkey(certificate.get(), key);
    const auto* const name = reinterpret_cast<const unsigned char*>(common_name);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    return certificate;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string to_pem(X509* certificate) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_X509(bio.get(), certificate) == 1);
    return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return text_of(bio.get());
}

std::string write_to_file(const std::string& content) {
    std::string path = "/tmp/lachan_ca_XXXXXX";
    const int file = mkstemp(path.data());
    must(file >= 0 && write(file, content.data(), content.size()) == ssize_t(content.size()));
    close(file);
    return path;
}

}  // namespace

struct Authority::Inside {
    KeyPtr key;
    CertPtr certificate;
};

Authority::Authority() : inside_(std::make_unique<Inside>()) {
    inside_->key.reset(EVP_EC_gen("P-256"));
    must(inside_->key != nullptr);
    inside_->certificate = certificate_for(inside_->key.get(), "Test authority", 1);
    X509* const certificate = inside_->certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    must(X509_sign(certificate, inside_->key.get(), EVP_sha256()) > 0);
    file_ = write_to_file(to_pem(certificate));
}

Authority::~Authority() {
    unlink(file_.c_str());
}

TlsIdentity Authority::issue(const std::string& name) const {
    const KeyPtr key(EVP_EC_gen("P-256"));
    must(key != nullptr);
    const CertPtr certificate = certificate_for(key.get(), "Test agency", 2);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(inside_->certificate.get()));
    extend(certificate.get(), inside_->certificate.get(), NID_subject_alt_name, name);
    must(X509_sign(certificate.get(), inside_->key.get(), EVP_sha256()) > 0);
    return {to_pem(certificate.get()), to_pem(key.get())};
}

}  // namespace lachan::test
