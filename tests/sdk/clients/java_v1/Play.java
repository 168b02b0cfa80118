// Plays the steps of ../steps.py with the SDK for Java, version 1.

import com.amazonaws.AmazonServiceException;
import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.AnonymousAWSCredentials;
import com.amazonaws.auth.EnvironmentVariableCredentialsProvider;
import com.amazonaws.auth.STSAssumeRoleSessionCredentialsProvider;
import com.amazonaws.auth.STSAssumeRoleWithWebIdentitySessionCredentialsProvider;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.identitymanagement.AmazonIdentityManagement;
import com.amazonaws.services.identitymanagement.AmazonIdentityManagementClientBuilder;
import com.amazonaws.services.identitymanagement.model.GetRoleRequest;
import com.amazonaws.services.securitytoken.AWSSecurityTokenService;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import com.amazonaws.util.VersionInfoUtils;
import java.util.function.Supplier;

public final class Play {
    // This SDK knows no variable for the endpoint.
    private static final EndpointConfiguration ENDPOINT =
            new EndpointConfiguration(System.getenv("STEAD_ENDPOINT"), "us-east-1");

    public static void main(String[] arguments) {
        System.out.println("version " + VersionInfoUtils.getVersion());
        AWSCredentialsProvider own = new EnvironmentVariableCredentialsProvider();
        tell("identity", () -> identity(own));
        AWSCredentialsProvider assumed = assume(own, "ROLE_ARN");
        tell("assumed", () -> identity(assumed));
        tell("denied", () -> identity(assume(own, "CLOSED_ROLE_ARN")));

        AmazonIdentityManagement admin = AmazonIdentityManagementClientBuilder.standard()
                .withEndpointConfiguration(ENDPOINT).withCredentials(assumed).build();
        GetRoleRequest role = new GetRoleRequest().withRoleName(System.getenv("ROLE_NAME"));
        tell("iam", () -> admin.getRole(role).getRole().getArn());
        tell("iam-denied", () -> admin.listUsers().toString());

        tell("web", () -> identity(web("TOKEN_FILE")));
        tell("web-denied", () -> identity(web("CLOSED_TOKEN_FILE")));
    }

    private static AWSSecurityTokenService client(AWSCredentialsProvider credentials) {
        return AWSSecurityTokenServiceClientBuilder.standard()
                .withEndpointConfiguration(ENDPOINT).withCredentials(credentials).build();
    }

    private static AWSCredentialsProvider assume(AWSCredentialsProvider own, String role) {
        return new STSAssumeRoleSessionCredentialsProvider.Builder(System.getenv(role), "play")
                .withStsClient(client(own)).build();
    }

    private static AWSCredentialsProvider web(String file) {
        AWSCredentialsProvider nobody = new AWSStaticCredentialsProvider(new AnonymousAWSCredentials());
        return new STSAssumeRoleWithWebIdentitySessionCredentialsProvider.Builder(
                System.getenv("WEB_ROLE_ARN"), "play", System.getenv(file)).withStsClient(client(nobody)).build();
    }

    private static String identity(AWSCredentialsProvider credentials) {
        return client(credentials).getCallerIdentity(new GetCallerIdentityRequest()).getArn();
    }

    private static void tell(String step, Supplier<String> play) {
        try {
            System.out.println(step + " " + play.get());
        } catch (AmazonServiceException refusal) {
            System.out.println(step + " " + refusal.getErrorCode() + " " + refusal.getErrorMessage());
        }
    }
}
