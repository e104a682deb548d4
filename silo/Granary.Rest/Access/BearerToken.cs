using System.Text;

namespace Granary.Rest.Access;

/// <summary>The token of an Authorization header.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Null without one, empty for another scheme.</summary>
    public static string? Given(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization)) return null;
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
    }

    /// <summary>The same for pages that people open: a browser asks for a name and a password, and sends them as Basic; the password counts.</summary>
    public static string? GivenByBrowser(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return Given(authorization);
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Basic.Length..].Trim(), bytes, out var length)) return "";
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
