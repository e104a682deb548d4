namespace Granary.Rest.Services;

/// <summary>What passes requests on in this server, for those who look at services or change them.</summary>
public interface IServiceStandings
{
    /// <summary>How a backend stands here, and requests of this server that are under way there; null where it is not known here.</summary>
    (string State, int InFlight)? Of(string service, string backend);

    /// <summary>Completes once what was changed before is known here, or soon without that: a change does not fail by it.</summary>
    Task RefreshAsync(CancellationToken cancellation);
}
