using System.Net;
using Granary.Access.Attempts;
using Granary.Access.Guarding;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.EmbeddedHost;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Granary.Silo.Hosting;

/// <summary>Lets connections in by their token, and holds their calls against what its role may do.</summary>
internal sealed class GatewayDoor(AccessGate gate, IServiceProvider services) : IGatewayAccess
{
    public async ValueTask<GatewayAdmission> AdmitAsync(IPAddress? from, string token, CancellationToken cancellation)
    {
        var entry = await gate.EnterAsync(from, token, cancellation);
        if (entry.Caller is { } caller) return new GatewayAdmission(new Guest(caller, gate.Book, services), null);
        return entry.Wait is { } wait
            ? new GatewayAdmission(null, $"too many wrong tokens came from this address; try again in {Math.Ceiling(wait.TotalSeconds):0} s", IsLogged: true, IsForNow: true)
            : new GatewayAdmission(null, "wrong token", IsLogged: true);
    }

    private sealed class Guest(Caller caller, TokenBook book, IServiceProvider services) : IGatewayCaller
    {
        public bool Passes(Type grainInterface, string method, string key) => book.Stands(caller) && GrainGuard.Passes(caller, grainInterface, method, key);

        public async Task InvokeAsync(IGrainCallContext call)
        {
            RequireStanding();
            try
            {
                await GrainGuard.InvokeAsync(caller, call, services.GetRequiredService<IGrainFactory>());
            }
            catch (AccessDeniedException e)
            {
                throw GranaryException.Refused(e.Message);
            }
            // a call that waited long is answered to who may still hear it
            RequireStanding();
        }

        private void RequireStanding()
        {
            if (!book.Stands(caller)) throw GranaryException.Refused($"token {caller.Id} was revoked or rotated, or has expired; ask who runs the server for another");
        }
    }
}
