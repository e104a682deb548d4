using Granary.Access.Turns;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Http;

/// <summary>
/// Large requests by REST take the turns of the whole server, with those of its gateway: once their body is here, so that who sends slowly holds up nobody, and before it is read as JSON.
/// </summary>
internal sealed class RequestTurn(LargeRequests turns, LargeRequests.Turn turn) : IDisposable
{
    /// <summary>Completes when the request may go on; its turn ends with its reply.</summary>
    public static ValueTask TakeAsync(HttpContext context, int bytes) =>
        bytes > LargeRequests.Small && context.RequestServices.GetService<LargeRequests>() is { } turns ? WaitAsync(context, turns, bytes) : default;

    /// <summary>A client that changes things by small requests is there, for whom the large ones of others rest. Who only looks, as dashboards do every second, slows nobody down.</summary>
    public static void Served(HttpContext context)
    {
        if (!(context.Request.ContentLength > LargeRequests.Small)) context.RequestServices.GetService<LargeRequests>()?.Served(Who(context));
    }

    public void Dispose() => turns.Leave(turn);

    private static string Who(HttpContext context) => context.Connection.Id ?? ""; // what is sent within the process has no connection

    private static async ValueTask WaitAsync(HttpContext context, LargeRequests turns, int bytes) =>
        context.Response.RegisterForDispose(new RequestTurn(turns, await turns.EnterAsync(Who(context), bytes, BodyRoom.ClientOf(context))));
}
