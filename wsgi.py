from web.app import create_app
from web.logs import write_logs

write_logs()
app = create_app()
