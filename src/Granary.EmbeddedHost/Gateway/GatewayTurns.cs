namespace Granary.EmbeddedHost;

/// <summary>Lets large requests of a gateway's connections in by turns, before they are decoded.</summary>
public interface IGatewayTurns
{
    /// <summary>A request goes at once while it and what its connection has under way are no more bytes than this.</summary>
    int Small { get; }

    /// <summary>A connection that sends no large requests is being served.</summary>
    void Served(object connection);

    /// <summary>Completes when a request of so many bytes may begin; <see cref="Leave"/> follows, with what this gave, when it has ended.</summary>
    ValueTask<object> EnterAsync(object connection, int bytes);

    void Leave(object turn);
}
