using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Granary.Cluster.Tests.Tls;

/// <summary>Vouches for servers, as an organisation's own authority does.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _own;
    private readonly string _folder;

    public TestAuthority(string folder, string name)
    {
        _folder = folder;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        System.IO.File.WriteAllText(File = Path.Combine(folder, $"{name}.pem"), _own.ExportCertificatePem());
    }

    /// <summary>What <c>--ca</c> takes.</summary>
    public string File { get; }

    /// <summary>Settings of a server whose certificate is for this name or address.</summary>
    public Dictionary<string, string> For(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.Create(_own, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(16));
        var (shown, secret) = (Path.Combine(_folder, $"{host}.pem"), Path.Combine(_folder, $"{host}.key"));
        System.IO.File.WriteAllText(shown, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        System.IO.File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new Dictionary<string, string> { ["GRANARY__Tls__Certificate"] = shown, ["GRANARY__Tls__Key"] = secret };
    }

    public void Dispose()
    {
        _own.Dispose();
        _key.Dispose();
    }
}
