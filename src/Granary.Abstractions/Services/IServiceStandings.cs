namespace Granary.Abstractions;

/// <summary>What passes requests on in this server, for those who look at services or change them.</summary>
public interface IServiceStandings
{
    /// <summary>How the backends of a service stand here, by name; empty where the service is not known here.</summary>
    IReadOnlyList<BackendStanding> Of(string service);

    /// <summary>Completes once what was changed before is known here, or soon without that: a change does not fail by it.</summary>
    Task RefreshAsync(CancellationToken cancellation);
}
