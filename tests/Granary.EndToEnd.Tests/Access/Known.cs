using System.Security.Cryptography;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Access;

/// <summary>An HTTP client that takes the server's own certificate and no other.</summary>
internal static class Known
{
    public static HttpClient Http(TestServer server, string? token)
    {
        var fingerprint = new LocalServer(server.Data).Read()!.Fingerprint;
        var http = new HttpClient(new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null && Convert.ToHexStringLower(SHA256.HashData(shown.RawData)) == fingerprint,
        })
        {
            BaseAddress = new UriBuilder(server.Http) { Scheme = "https" }.Uri,
            Timeout = Until.Patience,
        };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }
}
