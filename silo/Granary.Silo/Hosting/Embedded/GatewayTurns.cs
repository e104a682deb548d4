using Granary.Access.Turns;
using Granary.EmbeddedHost;

namespace Granary.Silo.Hosting;

/// <summary>The gateway's large requests take the turns of the whole server.</summary>
internal sealed class GatewayTurns(LargeRequests turns) : IGatewayTurns
{
    public int Small => LargeRequests.Small;

    public void Served(object connection) => turns.Served(connection);

    public ValueTask<object> EnterAsync(object connection, int bytes)
    {
        var entering = turns.EnterAsync(connection, bytes);
        return entering.IsCompletedSuccessfully ? new(entering.Result) : Later(entering);

        static async ValueTask<object> Later(ValueTask<LargeRequests.Turn> entering) => await entering.ConfigureAwait(false);
    }

    public void Leave(object turn) => turns.Leave((LargeRequests.Turn)turn);
}
