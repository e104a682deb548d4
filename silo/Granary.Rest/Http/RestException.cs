namespace Granary.Rest.Http;

/// <summary>A refusal that has a status code of its own, beside those that grains know (413, 415, 421, 422, 429, ...).</summary>
/// <param name="status">HTTP status code.</param>
/// <param name="message">One line: what, where, what would help.</param>
internal sealed class RestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
