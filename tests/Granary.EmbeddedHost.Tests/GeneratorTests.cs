using Granary.EmbeddedHost.CodeGenerator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Granary.EmbeddedHost.Tests;

public sealed class GeneratorTests
{
    [Theory]
    [InlineData("public class X { } public interface IG : Orleans.IGrainWithStringKey { System.Threading.Tasks.Task M(int a, X b); }", "GRAIN001", "IG.M, parameter b")]
    [InlineData("public class X { } public interface IG : Orleans.IGrainWithStringKey { System.Threading.Tasks.Task<X> M(); }", "GRAIN001", "IG.M, result")]
    [InlineData("[Orleans.GenerateSerializer] public class X { [Orleans.Id(0)] public System.IO.Stream S; }", "GRAIN001", "X.S")]
    [InlineData("public interface IG : Orleans.IGrainWithStringKey { int M(); }", "GRAIN002", "IG.M returns int")]
    [InlineData("public interface IG : Orleans.IGrainWithStringKey { System.Threading.Tasks.Task M(ref int a); }", "GRAIN002", "parameter a is passed by reference")]
    [InlineData("public interface IG : Orleans.IGrainWithStringKey { int P { get; } }", "GRAIN002", "methods only")]
    [InlineData("[Orleans.GenerateSerializer] public class X { [Orleans.Id(1)] public int A; [Orleans.Id(1)] public int B; }", "GRAIN003", "X.B has the same [Id] as A")]
    [InlineData("class O { [Orleans.GenerateSerializer] private class X { [Orleans.Id(1)] public int A; } }", "GRAIN004", "private")]
    public void What_cannot_be_generated_is_an_error_at_its_place(string source, string id, string message)
    {
        var diagnostic = Assert.Single(Run(source).Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("Test.cs", diagnostic.Location.GetLineSpan().Path);
    }

    [Fact]
    public void What_is_generated_compiles_and_stays_the_same_when_another_type_changes()
    {
        const string Source = """
            [Orleans.GenerateSerializer] public sealed record X([property: Orleans.Id(0)] int A, string B = "b") { [Orleans.Id(1)] public int C { get; private set; } }
            public interface IG : Orleans.IGrainWithStringKey { System.Threading.Tasks.Task<X> M(X x, System.Threading.CancellationToken t); }
            public sealed class G : Orleans.Grain, IG { public System.Threading.Tasks.Task<X> M(X x, System.Threading.CancellationToken t) => System.Threading.Tasks.Task.FromResult(x); }
            """;
        var result = Run(Source, out var compilation);
        Assert.Empty(result.Diagnostics);
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        var again = Run(Source + " class Unrelated;");
        Assert.Equal(result.GeneratedTrees.Select(t => t.ToString()), again.GeneratedTrees.Select(t => t.ToString()));
    }

    private static GeneratorDriverRunResult Run(string source) => Run(source, out _);

    private static GeneratorDriverRunResult Run(string source, out Compilation compilation)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p));
        var input = CSharpCompilation.Create(
            "Test", [CSharpSyntaxTree.ParseText(source, path: "Test.cs")], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return CSharpGeneratorDriver.Create(new GrainGenerator()).RunGeneratorsAndUpdateCompilation(input, out compilation, out _).GetRunResult();
    }
}
