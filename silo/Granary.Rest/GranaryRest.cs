using System.Net;
using System.Text.Json.Serialization;
using Granary.Access.Attempts;
using Granary.Access.Tokens;
using Granary.Access.Turns;
using Granary.Rest.Access;
using Granary.Rest.Agents;
using Granary.Rest.Alerts;
using Granary.Rest.Allocation;
using Granary.Rest.Distributed;
using Granary.Rest.Energy;
using Granary.Rest.Events;
using Granary.Rest.Groups;
using Granary.Rest.Health;
using Granary.Rest.Http;
using Granary.Rest.Inbox;
using Granary.Rest.Metrics;
using Granary.Rest.Moves;
using Granary.Rest.Nodes;
using Granary.Rest.OpenApi;
using Granary.Rest.Optimization;
using Granary.Rest.Overview;
using Granary.Rest.Pools;
using Granary.Rest.Profiling;
using Granary.Rest.Repeats;
using Granary.Rest.Reservations;
using Granary.Rest.Services;
using Granary.Rest.Tasks;
using Granary.Rest.Telemetry;
using Granary.Rest.WhatIf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Rest;

/// <summary>Adds the REST face to a server that has an <c>IGrainFactory</c> among its services.</summary>
public static class GranaryRest
{
    /// <summary>Health checks with this tag decide <c>/health/ready</c>; the server adds one that writes to its journal's directory.</summary>
    public const string ReadyTag = "ready";

    /// <exception cref="ArgumentException">A setting is wrong; the message says which.</exception>
    public static IServiceCollection AddGranaryRest(this IServiceCollection services, RestOptions options)
    {
        options.Validate();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        // a server brings its own; on its own REST knows the one token of its options
        services.TryAddSingleton(s => new TokenBook(s.GetRequiredService<TimeProvider>()).WithFileToken(options.Token));
        services.TryAddSingleton(s => new AccessGate(s.GetRequiredService<TokenBook>(), new FailedAttempts(new FailedAttemptOptions()), s.GetRequiredService<TimeProvider>(), null));
        services.AddSingleton<NameCopy>();
        services.AddHostedService(s => s.GetRequiredService<NameCopy>());
        services.AddSingleton<Cluster>();
        services.TryAddSingleton(_ => new BodyArena());
        services.AddSingleton<RequestTally>();
        services.AddSingleton<RepeatedReplies>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton(new HeldBytes<(string, IPAddress?)>(options.BodyBytesOfClient, options.BodyBytes));
        services.AddSingleton<Snapshots>();
        services.AddSingleton<EndedLogs>();
        services.AddSingleton<TaskLogs>();
        services.AddHealthChecks().AddCheck<GrainsAnswer>("grains", tags: [ReadyTag]);
        services.Configure<JsonOptions>(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Encoder = ReplyJson.Context.Options.Encoder;
            json.SerializerOptions.PropertyNamingPolicy = RestJson.Default.Options.PropertyNamingPolicy;
            foreach (var converter in RestJson.Default.Options.Converters) json.SerializerOptions.Converters.Add(converter);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, RestJson.Default);
        });
        return services.AddGranaryOpenApi();
    }

    /// <summary>Adds the middleware and every endpoint. Call it before other middleware, so that it guards that too.</summary>
    public static WebApplication MapGranaryRest(this WebApplication app)
    {
        var tally = app.Services.GetRequiredService<RequestTally>();
        app.Use(next => context => tally.Count(context, next));
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<AccessMiddleware>();
        TaskEndpoints.Map(app);
        WhatIfEndpoints.Map(app);
        PoolEndpoints.Map(app);
        MoveEndpoints.Map(app);
        InboxEndpoints.Map(app);
        AgentEndpoints.Map(app);
        GroupEndpoints.Map(app);
        NodeEndpoints.Map(app);
        TelemetryEndpoints.Map(app);
        EnergyEndpoints.Map(app);
        OptimizeEndpoints.Map(app);
        ReservationEndpoints.Map(app);
        AllocationEndpoints.Map(app);
        DistributedEndpoints.Map(app);
        ProfileEndpoints.Map(app);
        ServiceEndpoints.Map(app);
        AlertEndpoints.Map(app);
        EventEndpoints.Map(app);
        MetricsEndpoints.Map(app);
        HealthEndpoints.Map(app);
        OverviewPage.Map(app);
        OpenApiEndpoint.Map(app);
        return app;
    }
}
